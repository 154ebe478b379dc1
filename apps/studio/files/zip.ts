import {
  BlobReader,
  BlobWriter,
  type Entry,
  type FileEntry,
  ZipReader,
  ZipWriter,
} from '@zip.js/zip.js/lib/zip-core-custom.js';
import { messageOf } from '../../../src/core/common/text';
import { SidestreamError } from '../../../src/error';
import type { DroppedFile } from '../session';

/** Maximum size of a file in an archive that is read: no picture is larger, and a small archive may hold one of terabytes. */
const MAX_UNPACKED = 200e6;
/** Without workers of its own, whose script would be a `blob:` that a Content-Security-Policy may refuse. */
const HERE = { useWebWorkers: false } as const;
/** Files that operating systems add to archives. */
const ADDED = /(^|\/)(__MACOSX\/|\.|Thumbs\.db$|desktop\.ini$)/i;
/** Files that compression makes no smaller. */
const COMPRESSED = /\.(jpe?g|png|webp|avif|gif|bin|onnx|woff2?)$/i;

/**
 * The files of a zip archive, one after another; each is unpacked only when it is asked for.
 * @param refused receives the path of each file that cannot be read, with the reason
 * @throws SidestreamError `catalog/unreadable` if the archive itself cannot be read
 */
export async function* readZip(
  archive: Blob,
  refused: (path: string, reason: string) => void = () => undefined,
): AsyncGenerator<DroppedFile> {
  const reader = new ZipReader(new BlobReader(archive), HERE);
  try {
    for (const entry of await entriesOf(reader)) {
      if (entry.directory || ADDED.test(entry.filename)) continue;
      const file = await unpacked(entry).catch((thrown: unknown) => {
        refused(entry.filename, messageOf(thrown));
        return null;
      });
      if (file) yield { path: entry.filename, file };
    }
  } finally {
    await reader.close();
  }
}

async function entriesOf(reader: ZipReader<Blob>): Promise<Entry[]> {
  try {
    return await reader.getEntries();
  } catch (cause) {
    const message = `The archive cannot be read (${messageOf(cause)}). Unpack it yourself and drop the folder, or pack it again.`;
    throw new SidestreamError('catalog/unreadable', message, { cause });
  }
}

async function unpacked(entry: FileEntry): Promise<File> {
  if (entry.encrypted) throw new Error('it is encrypted; pack it without a password');
  if (entry.uncompressedSize > MAX_UNPACKED) throw new Error(`it is larger than ${MAX_UNPACKED / 1e6} MB`);
  const bytes = await entry.arrayBuffer(HERE);
  const name = entry.filename.slice(entry.filename.lastIndexOf('/') + 1);
  return new File([bytes], name, { lastModified: entry.lastModDate.getTime() });
}

/** A file to be written, whose content is opened only when its turn comes. */
export interface OutFile {
  /** Path, with `/` between folders. */
  path: string;
  bytes: number;
  open(): Promise<Blob>;
}

/** A zip archive of files. @param written is called after each file */
export async function writeZip(files: readonly OutFile[], written: () => void): Promise<Blob> {
  const writer = new ZipWriter(new BlobWriter('application/zip'), HERE);
  for (const { path, open } of files) {
    await writer.add(path, new BlobReader(await open()), COMPRESSED.test(path) ? { level: 0 } : {});
    written();
  }
  return writer.close();
}
