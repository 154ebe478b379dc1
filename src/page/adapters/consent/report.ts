import type { Consent } from '../../../device/protocol';
import { messageOf } from '../report';
import type { ToolName } from './tool';

/**
 * What became of an answer of a consent tool:
 *
 * - `applied`: the recommender carried it out
 * - `failed`: the recommender could not (`error` is a `SidestreamError`, such as `store/blocked`), or the tool threw
 * - `ignored`: it could not be read, and changes nothing; an unknown answer never counts as consent
 * - `invalid`: an argument of `connectConsent` is wrong, and nothing is connected
 * - `not-found`: no tool was found in the time given; the recommender is left as it is
 */
export type ConsentReport = {
  /** Null for `auto` without a tool, and for a wrong argument. */
  source: ToolName | 'callback' | null;
} & (
  | { outcome: 'applied'; level: Consent }
  | { outcome: 'failed'; level: Consent | null; message: string; error: unknown }
  | { outcome: 'ignored'; message: string; payload: unknown }
  | { outcome: 'invalid' | 'not-found'; message: string }
);

export interface ConsentReportOptions {
  /** Writes to the console what became of every answer, and that a tool did not give one. Default false. */
  debug?: boolean;
  /** Called with what became of every answer. Without it, failures and wrong arguments are written to the console. */
  onReport?: (report: ConsentReport) => void;
}

/** Reports to the page. Never throws: it is called from pushes and events of the page. */
export function report({ debug = false, onReport }: ConsentReportOptions, given: ConsentReport): void {
  try {
    const isError = given.outcome === 'failed' || given.outcome === 'invalid';
    if (debug || (isError && typeof onReport !== 'function')) {
      const what = given.outcome === 'applied' ? `${given.level} applied` : `${given.outcome}: ${given.message}`;
      const say = given.outcome === 'applied' ? console.info : console.warn;
      say('%s', `Sidestream consent (${given.source ?? 'auto'}): ${what}`);
    }
    if (typeof onReport === 'function') onReport(given);
  } catch (thrown) {
    // An error of the page, but not of the push under way.
    queueMicrotask(() => {
      throw thrown;
    });
  }
}

/** The report of something thrown. */
export const failure = (
  source: ConsentReport['source'],
  level: Consent | null,
  thrown: unknown,
): ConsentReport & { outcome: 'failed' } => ({
  source,
  outcome: 'failed',
  level,
  message: messageOf(thrown),
  error: thrown,
});
