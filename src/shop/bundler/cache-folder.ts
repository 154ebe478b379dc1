import { closeSync, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CacheFile, CacheFolder } from '../pipeline';

/** The folder of a build's cached features. It is created with its first file. */
export function cacheFolder(folder: string): CacheFolder {
  return async (name) => {
    mkdirSync(folder, { recursive: true });
    return cacheFile(join(folder, name));
  };
}

export function cacheFile(path: string): CacheFile {
  const file = openSync(path, existsSync(path) ? 'r+' : 'w+');
  return {
    size: () => fstatSync(file).size,
    read: (into, at) => readSync(file, into, 0, into.length, at),
    write(bytes, at) {
      writeSync(file, bytes, 0, bytes.length, at);
    },
    truncate: (size) => ftruncateSync(file, size),
    close: () => closeSync(file),
  };
}
