import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { codeOf } from '../../core/common/text';
import { SidestreamError } from '../../error';
import { replaceFile } from './folders';

const LOCK = 'build.lock';
const FITTED = 'fitted.json';
const fittedSchema = v.record(v.string(), v.pipe(v.number(), v.integer(), v.minValue(1)));

/** The folder next to a bundle in which its builds cache encoded features: `shop.build` for `shop`. */
export const buildFolder = (out: string): string => join(dirname(resolve(out)), `${basename(resolve(out))}.build`);

/** Runs a build under a lock on the folder. @throws SidestreamError `build/locked` when another build holds the lock */
export async function lockedBuild<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, LOCK);
  for (let held = false; !held; ) {
    held = await writeFile(path, String(process.pid), { flag: 'wx' }).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
        return false;
      },
    );
    if (held) break;
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (isRunning(holder)) {
      const message = `Another build (process ${holder}) is using ${folder}. Wait for it, or name another --cache.`;
      throw new SidestreamError('build/locked', message);
    }
    // Left by a build that was killed.
    await rm(path, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Number of items to which each projection was fitted, by digest. A file that cannot be read counts as empty. */
export async function readFitted(folder: string): Promise<Record<string, number>> {
  const text = await readFile(join(folder, FITTED), 'utf8').catch(() => '{}');
  try {
    return v.parse(fittedSchema, JSON.parse(text));
  } catch {
    // The file only saves fitting the projections again.
    return {};
  }
}

export async function writeFitted(folder: string, fitted: Record<string, number>): Promise<void> {
  await replaceFile(join(folder, FITTED), `${JSON.stringify(fitted)}\n`);
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
