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

/** Exit status of a process that SIGPIPE ended, as a shell reports it; Windows has no such signal. */
const CLOSED_PIPE = 141;

/**
 * Ends this process without a message when the reader of its output has gone, as `head` does once it has its lines. An exit status
 * that a command has set already, such as that of a wrong split, is kept.
 */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(process.exitCode ?? CLOSED_PIPE);
    });
  }
}
