import type { Consent } from '../../../device/protocol';
import { messageOf } from '../report';
import type { ToolName } from './tool';

/**
 * The outcome of a consent tool's answer:
 *
 * - `applied`: the recommender carried it out
 * - `failed`: the recommender could not (`error` is a `SidestreamError`, such as `store/blocked`), or the tool threw
 * - `ignored`: it could not be read and changes nothing; an unknown answer never counts as consent
 * - `invalid`: an argument of `connectConsent` is wrong, and nothing is connected
 * - `not-found`: no tool was found in time; the recommender stays as it is
 */
export type ConsentReport = {
  /** Null for `auto` without a tool and for a wrong argument. */
  source: ToolName | 'callback' | null;
} & (
  | { outcome: 'applied'; level: Consent }
  | { outcome: 'failed'; level: Consent | null; message: string; error: unknown }
  | { outcome: 'ignored'; message: string; payload: unknown }
  | { outcome: 'invalid' | 'not-found'; message: string }
);

export interface ConsentReportOptions {
  /** Whether to log the outcome of every answer to the console, and also that a tool gave none. Default false. */
  debug?: boolean;
  /** Called with the outcome of every answer. Without it, failures and wrong arguments are logged to the console. */
  onReport?: (report: ConsentReport) => void;
}

/** Reports to the page. Never throws, because the page's own pushes and events call it. */
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
    // The page's error, but not an error of the current push.
    queueMicrotask(() => {
      throw thrown;
    });
  }
}

/** The report of a thrown value. */
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
