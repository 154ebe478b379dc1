import { messageOf } from '../../../src/core/common/text';
import { SidestreamError } from '../../../src/error';
import { type OutFile, writeZip } from '../files/zip';

declare global {
  interface Window {
    showDirectoryPicker?(options: { id: string; mode: 'readwrite' }): Promise<FileSystemDirectoryHandle>;
  }
}

/** Whether this browser writes into folders that the user chooses. */
export const canSaveToFolder = (): boolean => typeof window.showDirectoryPicker === 'function';

/**
 * Asks for a folder. Call it in the handler of a click.
 * @returns null if the user chose none
 * @throws SidestreamError `runtime/invalid-input` with what to do
 */
export async function chooseFolder(): Promise<FileSystemDirectoryHandle | null> {
  try {
    return (await window.showDirectoryPicker?.({ id: 'sidestream-studio', mode: 'readwrite' })) ?? null;
  } catch (thrown) {
    if (nameOf(thrown) === 'AbortError') return null;
    throw notSaved(thrown);
  }
}

/**
 * Writes files into a folder; those of the same names are replaced.
 * @param written is called after each file
 * @throws SidestreamError `store/full`, or `runtime/invalid-input` with what to do
 */
export async function saveToFolder(
  folder: FileSystemDirectoryHandle,
  files: readonly OutFile[],
  written: (file: OutFile) => void,
): Promise<void> {
  for (const file of files) {
    const content = await file.open();
    try {
      const parts = file.path.split('/');
      let parent = folder;
      for (const part of parts.slice(0, -1)) parent = await parent.getDirectoryHandle(part, { create: true });
      const handle = await parent.getFileHandle(parts[parts.length - 1] ?? '', { create: true });
      const writable = await handle.createWritable();
      await writable.write(content);
      await writable.close();
    } catch (thrown) {
      throw notSaved(thrown);
    }
    written(file);
  }
}

/** Packs the files and hands the archive to the browser, which saves it where it saves downloads. */
export async function downloadZip(
  name: string,
  files: readonly OutFile[],
  written: (file: OutFile) => void,
): Promise<void> {
  let archive: Blob;
  try {
    archive = await new Response(writeZip(files, written)).blob();
  } catch (thrown) {
    throw notSaved(thrown);
  }
  const address = URL.createObjectURL(archive);
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  // The browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const nameOf = (thrown: unknown): string => (thrown instanceof DOMException ? thrown.name : '');

/** An error of writing, in words. */
export function notSaved(cause: unknown): SidestreamError {
  if (cause instanceof SidestreamError) return cause;
  switch (nameOf(cause)) {
    case 'QuotaExceededError':
      return new SidestreamError('store/full', 'The disk is full. Free some space, and save again.', { cause });
    case 'NotAllowedError':
    case 'SecurityError':
      return refused(
        'The browser may not write into this folder. Choose another one, and allow it to be edited.',
        cause,
      );
    case 'NoModificationAllowedError':
    case 'InvalidStateError':
      return refused('Another program holds a file in this folder. Close it, or choose another folder.', cause);
    case 'NotFoundError':
      return refused('The folder, or a file that was to be written, is gone. Choose a folder again.', cause);
    default:
      return refused(
        `The files could not be saved (${messageOf(cause)}). Try another folder, or download a zip.`,
        cause,
      );
  }
}

const refused = (message: string, cause: unknown): SidestreamError =>
  new SidestreamError('runtime/invalid-input', message, { cause });
