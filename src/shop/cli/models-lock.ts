import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { codeOf } from '../../core/common/text';
import { invalidInput } from '../../error';
import { type LockOwner, takeLock } from '../bundler';
import { exitBy } from './terminal';

export const LOCK_FILE = 'sidestream.lock';
/** Default interval at which a waiting run checks whether the other one has ended, ms. */
const INTERVAL = 500;

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
  const release = await lock(join(folder, LOCK_FILE), say, interval);
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
async function lock(file: string, say: (line: string) => void, interval: number): Promise<() => void> {
  let said = '';
  for (;;) {
    const taken = await mkdir(dirname(file), { recursive: true })
      .then(() => takeLock(file, true))
      .catch((cause) => {
        throw notLocked(file, cause);
      });
    if ('release' in taken) return taken.release;
    const line = waitingText(file, taken.heldBy);
    if (line !== said) say(line);
    said = line;
    await wait(interval);
  }
}

const waitingText = (file: string, owner: LockOwner | null): string =>
  owner
    ? `Waiting for process ${owner.pid} on ${owner.host}, which has used these models since ${owner.since}. If it is gone, remove ${file}`
    : `Waiting for another run that uses these models. If it is gone, remove ${file}`;

const notLocked = (file: string, cause: unknown): Error =>
  invalidInput(
    `${file} cannot be read and written (${codeOf(cause) || 'unknown'}), which locks these models against other runs. Grant this user the permission, free some space, or name another folder with --models.`,
    { cause },
  );
