import { once } from 'node:events';
import { counted } from '../../../src/core/common/text';
import { exitBy } from '../bundler';

/** Says something that is no result, on stderr. */
export const say = (line: string): void => console.error(line);

/** A table for a terminal, in columns as wide as their widest cell. Numeric columns are right-aligned. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = titles.map((title, c) => {
    const cells = rows.map((row) => row[c]);
    const width = [title, ...cells].reduce((most, cell) => Math.max(most, cell.length), 0);
    const numbers = cells.length > 0 && cells.every((cell) => /^-?\d+(\.\d+)?$/.test(cell));
    return (cell: string) => (numbers ? cell.padStart(width) : cell.padEnd(width));
  });
  const line = (cells: readonly string[]): string =>
    columns
      .map((pad, c) => pad(cells[c]))
      .join('  ')
      .trimEnd();
  return [titles, ...rows].map(line).join('\n');
}

/** Maximum number of refused rows shown individually; the rest are counted. */
const SHOWN = 20;

/** Shows refused rows on stderr. @param all how to see all */
export function showRejected(rows: readonly string[], { shown = SHOWN, all = '' } = {}): void {
  for (const row of rows.slice(0, shown)) console.error(row);
  if (rows.length > shown) console.error(`… and ${rows.length - shown} more${all && `; ${all}`}`);
}

/** Shows the grouped refusals of a feed on stderr. @param count number of all refusals @param file where all are written, if anywhere */
export function showRefusals(groups: readonly string[], count: number, file?: string): void {
  showRejected(groups, { shown: 50 });
  if (file === undefined && count > groups.length) console.error('--refusals writes every refused row to a file');
}

/** Exit status of a command that left out rows of a log, and of `build` if it left out rows of a feed. */
const REFUSED = 2;

export const REFUSED_HELP = `${REFUSED} when lines of the log were refused and left out`;

/** If rows of a log were refused, prints their number and sets the exit code. Call it before printing JSON, which comes last. */
export function concludeRefused(refused: number): number {
  if (refused > 0) {
    console.log(`Refused: ${counted(refused, 'line')} of the log, left out; the reasons are above`);
    process.exitCode = REFUSED;
  }
  return refused;
}

/** Announces that something runs, and closes it at SIGINT or SIGTERM. */
export async function untilShutdown(running: { close(): Promise<unknown> }, ...lines: string[]): Promise<void> {
  const ended = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  for (const line of lines) console.log(line);
  await ended;
  await running.close();
}

/** Runs some work that a signal ends together with this process. Node handles signals between tasks, so the work must yield. */
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
