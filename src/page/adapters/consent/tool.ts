import type { Consent } from '../../../device/protocol';
import { messageOf, tell } from '../report';

export const TOOLS = ['shopify', 'tcf', 'google', 'wordpress'] as const;
export type ToolName = (typeof TOOLS)[number];

/**
 * The present state of a tool: the shopper's answer, or `pending` before one. `not-required` allows storage without an answer,
 * where the law of the shopper's region does not require one.
 */
export type ToolLevel = 'granted' | 'not-required' | 'denied' | 'pending';

export interface ToolSettings {
  type: string;
  dataLayer: string | unknown[];
  purposes: readonly number[];
}

/** The receiver of a tool's reports. Its methods never throw. */
export interface ToolListener {
  found(): void;
  /** Called with every answer of the tool, repeated ones included: a refusal counts each time. */
  level(level: ToolLevel): void;
  ignored(message: string, payload: unknown): void;
  failed(thrown: unknown): void;
}

export interface Tool {
  /** Looks for a tool that loads late; called repeatedly for a while. */
  seek(): void;
  disconnect(): void;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

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

/** Reports an answer to the page. Never throws. */
export function report(options: ConsentReportOptions, given: ConsentReport): void {
  const { source, outcome } = given;
  const what = outcome === 'applied' ? `${given.level} applied` : `${outcome}: ${given.message}`;
  const isFailure = outcome === 'failed' || outcome === 'invalid';
  const line = [`Sidestream consent (${source ?? 'auto'}): ${what}`];
  tell(options, given, outcome === 'applied' ? 'info' : 'warn', isFailure, line);
}

export const failure = (source: ConsentReport['source'], level: Consent | null, thrown: unknown): ConsentReport => ({
  source,
  outcome: 'failed',
  level,
  message: messageOf(thrown),
  error: thrown,
});

export function attempt(listener: ToolListener, work: () => void): void {
  try {
    work();
  } catch (thrown) {
    listener.failed(thrown);
  }
}

/**
 * A tool whose answer stands in globals of the page: it is read at once, at every search, and after events of the document.
 * @param read the present level; undefined without one. It gets a function that reads again
 * @param events by name: whether an event is an answer of the shopper; otherwise only a change is reported
 */
export function globalTool(
  listener: ToolListener,
  read: (again: () => void) => ToolLevel | undefined,
  events: Record<string, (event: Event) => boolean>,
): Tool {
  const ended = new AbortController();
  let last: ToolLevel | undefined;
  const look = (answered = false): void => {
    if (ended.signal.aborted) return;
    attempt(listener, () => {
      const level = read(look);
      if (level === undefined || (level === last && !answered)) return;
      last = level;
      listener.level(level);
    });
  };
  for (const [name, isAnswer] of Object.entries(events))
    document.addEventListener(name, (event) => look(isAnswer(event)), { signal: ended.signal });
  look();
  return { seek: look, disconnect: () => ended.abort() };
}
