import { SidestreamError } from '../../../src/error';

/** Folders that Studio keeps in the browser's private file system. */
export type FolderName = 'bundle' | 'catalog' | 'pictures' | 'cache' | 'log';

export type StudioFolder = Awaited<ReturnType<typeof studioFolder>>;

const STUDIO_FOLDER = 'sidestream-studio';

/** A folder of Studio in the browser's private file system; it survives the tab. Names may contain `/`. */
export async function studioFolder(folder: FolderName) {
  const root = await navigator.storage.getDirectory();
  const studio = await root.getDirectoryHandle(STUDIO_FOLDER, { create: true });
  const open = () => studio.getDirectoryHandle(folder, { create: true });
  const parentOf = async (name: string, create: boolean): Promise<[FileSystemDirectoryHandle, string]> => {
    const parts = name.split('/');
    let parent = await open();
    for (const part of parts.slice(0, -1)) parent = await parent.getDirectoryHandle(part, { create });
    return [parent, parts[parts.length - 1] ?? ''];
  };
  /** The file; null if it is missing, also for a name that no file can have, such as `a//b` or `..`. */
  const file = async (name: string): Promise<File | null> => {
    try {
      const [parent, last] = await parentOf(name, false);
      return await (await parent.getFileHandle(last)).getFile();
    } catch (thrown) {
      const missing = thrown instanceof DOMException && ['NotFoundError', 'TypeMismatchError'].includes(thrown.name);
      if (missing || thrown instanceof TypeError) return null;
      throw thrown;
    }
  };
  /** The file for reading and writing in place; it is created if it is missing. */
  const handle = async (name: string): Promise<FileSystemFileHandle> => {
    const [parent, last] = await parentOf(name, true);
    return parent.getFileHandle(last, { create: true });
  };
  return {
    handle,
    file,
    /** Reads a file as a web server gives it: 404 if it is missing. */
    fetch: async (name: string): Promise<Response> => {
      const found = await file(name);
      return found ? new Response(found) : new Response(null, { status: 404, statusText: 'no such file' });
    },
    /** Writes a file, complete or not at all. @throws SidestreamError `store/full` when the browser's quota is used up */
    async write(name: string, bytes: Uint8Array): Promise<void> {
      const [parent, last] = await parentOf(name, true);
      try {
        const file: WritableFile = await parent.getFileHandle(last, { create: true });
        if (!file.createWritable) await writeInPlace(file, parent, last, bytes);
        else {
          const writable = await file.createWritable();
          // Only closing puts the new content in place.
          await writable.write(new Uint8Array(bytes));
          await writable.close();
        }
      } catch (cause) {
        throw (await isFull(bytes.length)) ? full(cause) : notWritten(cause);
      }
    },
    async names(): Promise<string[]> {
      const names: string[] = [];
      const walk = async (parent: FileSystemDirectoryHandle, prefix: string): Promise<void> => {
        for await (const [name, entry] of parent.entries()) {
          if (entry instanceof FileSystemDirectoryHandle) await walk(entry, `${prefix}${name}/`);
          else names.push(`${prefix}${name}`);
        }
      };
      await walk(await open(), '');
      return names.sort();
    },
    async remove(name: string): Promise<void> {
      const [parent, last] = await parentOf(name, false);
      await parent.removeEntry(last);
    },
    async clear(): Promise<void> {
      await studio.removeEntry(folder, { recursive: true }).catch((thrown: unknown) => {
        if (!(thrown instanceof DOMException && thrown.name === 'NotFoundError')) throw thrown;
      });
    },
  };
}

/** A file for writing; Safari before 26 writes only in place, and only in workers. */
interface WritableFile {
  createWritable?: FileSystemFileHandle['createWritable'];
  createSyncAccessHandle?(): Promise<SyncHandle>;
}

/** The part of `FileSystemSyncAccessHandle` that is needed, which pages do not have. */
interface SyncHandle {
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** Replaces the content of a file where it is. A file that could not be written whole is removed. */
async function writeInPlace(
  file: WritableFile,
  parent: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  if (!file.createSyncAccessHandle) throw new Error(`${name} can only be written by a worker`);
  // Found out before the old content is gone.
  if (await isFull(bytes.length)) throw full(undefined);
  const handle = await file.createSyncAccessHandle();
  let written = 0;
  try {
    written = handle.write(new Uint8Array(bytes), { at: 0 });
    handle.truncate(written);
    handle.flush();
  } finally {
    handle.close();
    if (written < bytes.length) await parent.removeEntry(name);
  }
  if (written < bytes.length) throw full(undefined);
}

/** Whether the browser has no room for a file. */
async function isFull(bytes: number): Promise<boolean> {
  const { quota = Number.POSITIVE_INFINITY, usage = 0 } = await navigator.storage.estimate();
  return quota - usage < bytes;
}

/**
 * The error of writing a file, in words if the browser's quota is the cause. Chromium ends a write that fills the disk midway
 * with an `AbortError` ("Failed to write data to data pipe"), and has room again by the time it says so.
 */
export const notWritten = (cause: unknown): unknown =>
  cause instanceof DOMException && ['QuotaExceededError', 'AbortError'].includes(cause.name) ? full(cause) : cause;

const full = (cause: unknown): SidestreamError =>
  new SidestreamError(
    'store/full',
    'The browser has no room left for Studio. Free some disk space, or delete the data of other sites, and continue: all encoded products are kept.',
    { cause },
  );
