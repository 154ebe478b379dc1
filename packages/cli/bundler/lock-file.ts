import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { lstat, open, rm, utimes } from 'node:fs/promises';
import { constants, hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as v from 'valibot';
import { codeOf } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import { makeFolder } from '../../encoders/folders';

/** Interval at which a run that holds a lock touches its file, ms. */
const TOUCH = 5_000;
/** Default time without a touch after which a run of another machine counts as gone, ms. */
const SILENCE = 60_000;
/** Interval at which a waiting run looks whether the lock is free, ms. */
const INTERVAL = 100;
/** Age from which the lock under which a left lock is removed counts as left itself, ms: it is held for some milliseconds. */
const MAX_REMOVAL = 10_000;

const ownerSchema = v.object({
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  host: v.string(),
  /** Distinguishes machines and containers that have the same host name; empty if this is unknown. */
  machine: v.string(),
  /** Time of locking, as an ISO date. */
  since: v.string(),
  /** Whether it touches the file while it works. */
  touches: v.boolean(),
  /** Distinguishes two locks of one process. */
  id: v.string(),
});
type LockOwner = v.InferOutput<typeof ownerSchema>;

/** Ids of the locks of this process. */
const own = new Set<string>();

/** On Linux, the start of the machine and the container whose process ids this process sees; each only if it can be read. */
const MACHINE = [
  () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  () => readlinkSync('/proc/self/ns/pid'),
]
  .map((read) => {
    try {
      return read();
    } catch {
      // Another system, whose host name has to do.
      return '';
    }
  })
  .join('');

export interface LockOptions {
  /** Object of the lock, as part of a sentence, such as `these models`. */
  what: string;
  /** Receives a line for each run that is waited for. Default: stderr. */
  say?: (line: string) => void;
  /**
   * Whether the work leaves time for signals and for touches of the file. If not, a signal ends this process at once and leaves the
   * lock behind, and no other machine takes it over. Default true.
   */
  yields?: boolean;
  /** Milliseconds without a sign of life after which a run of another machine counts as gone. Default 60,000. */
  silence?: number;
}

/**
 * Runs some work while no other run holds the lock, in this process or another one. If another run holds it, it waits and says so.
 * The lock of a process that is gone is taken over: on this machine when the system says so, from another machine or container when
 * the file has not been touched for a minute. It is released when the work ends or this process exits.
 * @param file the lock; its folder is created if it is missing
 * @throws SidestreamError `runtime/invalid-input` if no file can be written there, and errors of the work
 */
export async function withLock<T>(file: string, work: () => Promise<T>, options: LockOptions): Promise<T> {
  const release = await lock(file, options);
  // Fails if somebody has removed the lock by hand.
  const touch = (): void => void utimes(file, new Date(), new Date()).catch(() => undefined);
  const touching = setInterval(touch, TOUCH).unref();
  const onSignal = (signal: NodeJS.Signals): void => {
    // Other listeners have work to do before they end the process.
    if (process.listenerCount(signal) === 0) exitBy(signal);
  };
  process.once('exit', release);
  if (options.yields !== false) {
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
  }
  try {
    return await work();
  } finally {
    clearInterval(touching);
    release();
    process.off('exit', release);
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** Ends this process with the exit status that a shell reports for a signal: 130 for Ctrl+C. */
export const exitBy = (signal: NodeJS.Signals): never => process.exit(128 + constants.signals[signal]);

/** Takes a lock as soon as it is free. @returns what releases it */
async function lock(
  file: string,
  { what, say = console.error, yields = true, silence = SILENCE }: LockOptions,
): Promise<() => void> {
  await makeFolder(dirname(file));
  let said = '';
  /** The lock at the last look, and since when it has been the same by the clock of this process. */
  let seen = { state: '', since: 0 };
  try {
    for (;;) {
      const id = await make(file, yields);
      if (id !== null) return () => release(file, id);
      const found = await contentOf(file);
      // Released in between.
      if (found === null) continue;
      const state = `${found.touched} ${found.text}`;
      if (state !== seen.state) seen = { state, since: performance.now() };
      const unchanged = performance.now() - seen.since;
      const owner = ownerOf(found.text);
      if (isGone(owner) ?? (owner?.touches !== false && unchanged > silence)) {
        await remove(file, found.text);
        continue;
      }
      const holder = owner
        ? `process ${owner.pid} on ${owner.host}, which has used ${what} since ${owner.since}`
        : `another run that uses ${what}`;
      const line = `Waiting for ${holder}. If it is gone, remove ${file}`;
      // While a lock is being created, it names no owner. Runs of this process are no news.
      if (line !== said && (owner ? !own.has(owner.id) : unchanged > INTERVAL)) {
        say(line);
        said = line;
      }
      await wait(INTERVAL);
    }
  } catch (cause) {
    throw invalidInput(
      `${file} cannot be read and written (${codeOf(cause) || 'unknown'}), which locks ${what} against other runs. Grant this user the permission, free some space, or name another folder.`,
      { cause },
    );
  }
}

/** Removes the lock of this process. Not asynchronous: it also runs while the process exits. */
function release(file: string, id: string): void {
  if (!own.delete(id)) return;
  try {
    // A process that was halted for long finds that another one has taken its lock over.
    if (ownerOf(readFileSync(file, 'utf8'))?.id === id) rmSync(file, { force: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** Creates a lock file for this process. @returns its id; null if the file exists */
async function make(file: string, touches: boolean): Promise<string | null> {
  const handle = await open(file, 'wx').catch((error) => {
    if (codeOf(error) === 'EEXIST') return null;
    throw error;
  });
  if (!handle) return null;
  const id = randomUUID();
  const since = new Date().toISOString();
  const owner: LockOwner = { pid: process.pid, host: hostname(), machine: MACHINE, since, touches, id };
  try {
    own.add(id);
    await handle.writeFile(`${JSON.stringify(owner)}\n`);
  } catch (error) {
    own.delete(id);
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return id;
}

/**
 * Removes a lock that was left behind. Of several waiting runs, only one does so, under a separate lock: another run could otherwise
 * remove the lock that the first one has just created.
 */
async function remove(file: string, left: string): Promise<void> {
  const guard = `${file}.taken`;
  const id = await make(guard, true);
  if (id === null) {
    const found = await contentOf(guard);
    // A clock that was set back leaves times of the future.
    if (found && Math.abs(Date.now() - found.touched) > MAX_REMOVAL) await rm(guard, { force: true });
    else await wait(20);
    return;
  }
  try {
    if ((await contentOf(file))?.text === left) await rm(file, { force: true });
  } finally {
    own.delete(id);
    await rm(guard, { force: true });
  }
}

/** Content of a lock and the time of its last touch; null without a file. */
async function contentOf(file: string): Promise<{ text: string; touched: number } | null> {
  try {
    // Network disks ask their server for the time of a touch when a file is opened.
    const handle = await open(file, 'r');
    try {
      const { mtimeMs } = await handle.stat();
      return { text: await handle.readFile('utf8'), touched: mtimeMs };
    } finally {
      await handle.close();
    }
  } catch (error) {
    // A link that leads nowhere is there, but nobody can lock or release it.
    if (codeOf(error) === 'ENOENT' && !(await lstat(file).catch(() => null))?.isSymbolicLink()) return null;
    throw error;
  }
}

/** Whether the process that holds a lock is gone; null if this machine cannot know. */
function isGone(owner: LockOwner | null): boolean | null {
  if (owner?.host !== hostname() || owner.machine !== MACHINE) return null;
  // Process ids are reused: this process may have the id of one that is gone.
  if (owner.pid === process.pid) return !own.has(owner.id);
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

function ownerOf(text: string): LockOwner | null {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ownerSchema), text);
  return parsed.success ? parsed.output : null;
}
