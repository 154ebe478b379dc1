import { closeSync, existsSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { replaceFile } from '../../encoders/folders';
import type { CacheFile, CacheFolder } from '../../shop/pipeline';
import { type LockOptions, withLock } from './lock-file';

const LOCK = 'build.lock';
const FITTED = 'fitted.json';
const fittedSchema = v.record(v.string(), v.pipe(v.number(), v.integer(), v.minValue(1)));

/** The folder next to a bundle in which its builds cache encoded features: `shop.build` for `shop`. */
export const buildFolder = (out: string): string => join(dirname(resolve(out)), `${basename(resolve(out))}.build`);

/** Runs a build while no other one uses the same cache; see `withLock`. */
export const withCache = <T>(folder: string, say: LockOptions['say'], work: () => Promise<T>): Promise<T> =>
  withLock(join(folder, LOCK), work, { what: `the cache ${folder}`, say });

/** Number of items to which each projection was fitted, by digest. A file that cannot be read counts as empty. */
export async function readFitted(folder: string): Promise<Record<string, number>> {
  const text = await readFile(join(folder, FITTED), 'utf8').catch(() => '');
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), fittedSchema), text);
  // The file only saves fitting the projections again.
  return read.success ? read.output : {};
}

export async function writeFitted(folder: string, fitted: Record<string, number>): Promise<void> {
  await replaceFile(join(folder, FITTED), `${JSON.stringify(fitted)}\n`);
}

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
