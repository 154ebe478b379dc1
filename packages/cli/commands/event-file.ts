import { counted } from '../../../src/core/common/text';

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
