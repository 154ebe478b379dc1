import { constants } from 'node:os';

/** Ends this process with the exit status that a shell reports for a signal: 130 for Ctrl+C. */
export const exitBy = (signal: NodeJS.Signals): never => process.exit(128 + constants.signals[signal]);

/**
 * Runs some work that SIGINT or SIGTERM ends together with this process. Node handles signals between two tasks of its event
 * loop, so the work must yield regularly.
 * @param last called before a signal ends this process
 */
export async function interruptible<T>(work: () => Promise<T>, last: () => void): Promise<T> {
  const onSignal = (signal: NodeJS.Signals): void => {
    last();
    exitBy(signal);
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    return await work();
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
