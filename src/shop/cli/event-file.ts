import { groupedRows } from '../../core/catalog';
import { codeOf, counted, messageOf } from '../../core/common/text';
import { openText } from '../bundler';
import { logNotes, type ReadLog, readLog, requireEvents } from '../logs';
import { showRejected } from './terminal';

/**
 * Reads an event log and reports to stderr its columns and the omitted and refused rows.
 * @param isRepeated whether another process reads the same file and reports this
 * @throws SidestreamError `runtime/invalid-input` if it cannot be read or has no usable row
 */
export async function readEventFile(path: string, isRepeated = false): Promise<ReadLog> {
  const log = await readLog(
    path,
    openText(path, (cause) => unreadable(path, cause)),
  );
  if (!isRepeated) {
    showRejected(groupedRows(log.rejected));
    for (const note of logNotes(log)) console.error(note);
  }
  requireEvents(path, log);
  return log;
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

const unreadable = (path: string, cause: unknown): string =>
  codeOf(cause) === 'EISDIR'
    ? `${path} is a folder. Name the file of the log.`
    : `The events cannot be read: ${messageOf(cause)}. Check the path.`;
