import { codeOf, counted, messageOf } from '../../core/common/text';
import { SidestreamError } from '../../error';
import { openText } from '../bundler';
import { type EventLog, groupedRows, logNotes, type ReadLog, readLog, refusedRows, requireEvents } from '../logs';
import { showRejected } from './terminal';

/**
 * Reads an event log, CSV or JSON lines, decompressed if it is gzip, and reports to stderr its columns and the omitted and
 * refused rows.
 * @param isRepeated whether another process reads the same file and reports this
 * @throws SidestreamError `runtime/invalid-input` if it cannot be read or has no usable row
 */
export async function readEventFile(path: string, isRepeated = false): Promise<ReadLog> {
  const log = await readLog(path, logText(path));
  if (!isRepeated) {
    showRejected(groupedRows(log.rejected));
    for (const note of logNotes(log)) console.error(note);
  }
  requireEvents(path, log);
  return log;
}

/** Exit status of a command that left out rows of a log, and of `build` if it left out rows of a feed. */
const REFUSED = 2;

/** The sentence at the end of the help of every command that reads a log. */
export const REFUSED_HELP = `${REFUSED} when lines of the log were refused and left out`;

/**
 * Ends a command that read a log: if rows were refused, it prints their number and sets the exit code. Call it before printing
 * the line of JSON, which must be the last one.
 * @returns the number of refused rows
 */
export function concludeRefused(log: Pick<EventLog, 'rejected'>): number {
  const refused = refusedRows(log);
  if (refused > 0) {
    console.log(`Refused: ${counted(refused, 'line')} of the log, left out; the reasons are above`);
    process.exitCode = REFUSED;
  }
  return refused;
}

/** The text of a log. @throws SidestreamError `runtime/invalid-input` if it cannot be read */
async function* logText(path: string): AsyncGenerator<string> {
  try {
    yield* openText(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

const invalid = (message: string, cause?: unknown): SidestreamError =>
  new SidestreamError('runtime/invalid-input', message, { cause });

function unreadable(path: string, cause: unknown): SidestreamError {
  if (cause instanceof SidestreamError) return cause;
  if (codeOf(cause) === 'EISDIR') return invalid(`${path} is a folder. Name the file of the log.`, cause);
  return invalid(`The events cannot be read: ${messageOf(cause)}. Check the path.`, cause);
}
