import { messageOf } from '../../../src/core/common/text';
import { SidestreamError } from '../../../src/error';
import type { DroppedFile } from '../session';

/** Files that operating systems add to folders and archives. */
const isHidden = (name: string): boolean => name.startsWith('.') || name === '__MACOSX' || name === 'Thumbs.db';

/**
 * The files that were dropped, and those in dropped folders. Call it in the handler of the event: afterwards the browser
 * gives no access to the files.
 * @throws SidestreamError `catalog/unreadable` naming the file or folder that cannot be read
 */
export async function droppedFiles(transfer: DataTransfer): Promise<DroppedFile[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const files = [...transfer.files];
  // Text that was dropped has no entry, and a browser without entries has only files.
  if (entries.length === 0) return files.map((file) => ({ path: file.name, file }));
  return (await Promise.all(entries.map((entry) => filesOf(entry, '')))).flat();
}

/** The files that were chosen, with their paths if a folder was. */
export const chosenFiles = (list: FileList | null): DroppedFile[] =>
  [...(list ?? [])]
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => !path.split('/').some(isHidden));

async function filesOf(entry: FileSystemEntry, folder: string): Promise<DroppedFile[]> {
  const path = `${folder}${entry.name}`;
  if (folder !== '' && isHidden(entry.name)) return [];
  try {
    if (isFile(entry))
      return [{ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) }];
    if (!isFolder(entry)) return [];
    const files: DroppedFile[] = [];
    const reader = entry.createReader();
    // A reader gives a part at a time, at most 100 in some browsers, and at last none.
    for (;;) {
      const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (part.length === 0) return files;
      for (const inside of part) files.push(...(await filesOf(inside, `${path}/`)));
    }
  } catch (cause) {
    if (cause instanceof SidestreamError) throw cause;
    throw new SidestreamError(
      'catalog/unreadable',
      `“${path}” could not be read: ${messageOf(cause).replace(/\.$/, '')}. Check that it still exists, and drop it again.`,
      { cause },
    );
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
