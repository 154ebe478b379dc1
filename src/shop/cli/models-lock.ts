import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as v from 'valibot';
import { codeOf } from '../../core/common/text';
import { SidestreamError } from '../../error';
import { exitBy } from './interrupt';

export const LOCK_FILE = 'sidestream.lock';
/** Default interval at which a waiting run checks whether the other one has ended, ms. */
const INTERVAL = 500;
/** Age from which a lock without an owner counts as stale, ms: the owner is written right after the lock is created. */
const MAX_UNNAMED = 10_000;

const ownerSchema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  host: v.string(),
  /** Time of locking, as an ISO date. */
  since: v.string(),
  /** Distinguishes two locks of one process. */
  id: v.string(),
});
type Owner = v.InferOutput<typeof ownerSchema>;

/** Ids of the locks of this process. */
const own = new Set<string>();

/**
 * Runs some work while no other run works in the same models folder. If another run holds the lock, it waits and says so; the
 * lock of a dead process on this machine is taken over. The lock is released when the work ends or when this process exits, also
 * on Ctrl+C and SIGTERM.
 * @param folder created if it is missing
 * @param say receives a line for each run that is waited for
 * @param signals false: the work leaves no time for signals, so that they must end this process without it; the lock is then left behind,
 *   to be taken over
 * @param interval milliseconds after which a waiting run looks again whether the other one has ended
 * @throws SidestreamError `runtime/invalid-input` if no file can be written there, and errors of the work
 */
export async function withModels<T>(
  folder: string,
  say: (line: string) => void,
  work: () => Promise<T>,
  { signals = true, interval = INTERVAL }: { signals?: boolean; interval?: number } = {},
): Promise<T> {
  const file = join(folder, LOCK_FILE);
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw notLocked(file, cause);
  });
  const { id } = await lock(file, say, interval);
  const release = (): void => {
    if (own.delete(id)) rmSync(file, { force: true });
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // Other listeners have work to do before they end the process.
    if (process.listenerCount(signal) === 0) exitBy(signal);
  };
  process.once('exit', release);
  if (signals) {
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
  }
  try {
    return await work();
  } finally {
    release();
    process.off('exit', release);
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** Takes the lock as soon as it is free. */
async function lock(file: string, say: (line: string) => void, interval: number): Promise<Owner> {
  let said = '';
  for (;;) {
    const made = await make(file);
    if (made) return made;
    const text = await contentOf(file);
    // Released in between.
    if (text === null) continue;
    if (await isLeft(file, text)) {
      await remove(file, text, interval);
      continue;
    }
    const line = waitingText(file, ownerOf(text));
    if (line !== said) say(line);
    said = line;
    await wait(interval);
  }
}

/** Creates the lock file for this process; null if one exists. */
async function make(file: string): Promise<Owner | null> {
  const owner: Owner = { pid: process.pid, host: hostname(), since: new Date().toISOString(), id: randomUUID() };
  try {
    const handle = await open(file, 'wx');
    try {
      own.add(owner.id);
      await handle.writeFile(`${JSON.stringify(owner)}\n`);
    } catch (cause) {
      own.delete(owner.id);
      await rm(file, { force: true });
      throw cause;
    } finally {
      await handle.close();
    }
    return owner;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return null;
    throw notLocked(file, cause);
  }
}

/**
 * Removes a stale lock. Of several waiting runs, only one does so, under a separate lock: another run could otherwise remove the
 * lock that the first one has just created.
 */
async function remove(file: string, left: string, interval: number): Promise<void> {
  const guard = `${file}.taken`;
  const guarded = await make(guard);
  if (!guarded) {
    const text = await contentOf(guard);
    if (text !== null && (await isLeft(guard, text))) await rm(guard, { force: true });
    else await wait(interval / 10);
    return;
  }
  try {
    if ((await contentOf(file)) === left) await rm(file, { force: true });
  } finally {
    own.delete(guarded.id);
    await rm(guard, { force: true });
  }
}

/** Null if it is gone. @throws SidestreamError `runtime/invalid-input` if it cannot be read */
async function contentOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null;
    throw notLocked(file, cause);
  }
}

/** Whether the run that created a lock is gone. This is unknown for another machine. */
async function isLeft(file: string, text: string): Promise<boolean> {
  const owner = ownerOf(text);
  if (!owner) {
    const made = await stat(file).catch(() => null);
    return made !== null && Date.now() - made.mtimeMs > MAX_UNNAMED;
  }
  if (owner.host !== hostname()) return false;
  // Process ids are reused: this process may have the id of one that is gone.
  if (owner.pid === process.pid) return !own.has(owner.id);
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

function ownerOf(text: string): Owner | null {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ownerSchema), text);
  return parsed.success ? parsed.output : null;
}

const waitingText = (file: string, owner: Owner | null): string =>
  owner
    ? `Waiting for process ${owner.pid} on ${owner.host}, which has used these models since ${owner.since}. If it is gone, remove ${file}`
    : `Waiting for another run that uses these models. If it is gone, remove ${file}`;

const notLocked = (file: string, cause: unknown): SidestreamError =>
  new SidestreamError(
    'runtime/invalid-input',
    `${file} cannot be read and written (${codeOf(cause) || 'unknown'}), which locks these models against other runs. Grant this user the permission, free some space, or name another folder with --models.`,
    { cause },
  );
