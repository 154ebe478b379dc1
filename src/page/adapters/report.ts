import type { EventType, TrackDetails } from '../../device/protocol';

/** Source of an event: a pushed object, a `gtag()` push, attributes of an element, a grid, or an agent. */
export type AdapterSource = 'data-layer' | 'gtag' | 'attributes' | 'grid' | 'agent';

/**
 * Why an event, or one of its fields, was dropped:
 *
 * - `unmapped-event`: it has items, but its name maps to no event of the recommender
 * - `no-items`: its items are missing or are not a list
 * - `no-id`: an item without an id
 * - `invalid-field`: a field with an invalid value; the event is kept without the field, unless it is the event's name
 * - `unknown-item`: the bundle has no item with this id
 * - `duplicate`: an element or another adapter has just reported the same event
 * - `failed`: the recommender, a function of the options, or reading the pushed entry failed; a grid keeps its order
 */
export type DropReason =
  | 'unmapped-event'
  | 'no-items'
  | 'no-id'
  | 'invalid-field'
  | 'unknown-item'
  | 'duplicate'
  | 'failed';

export interface ReceivedEvent {
  source: AdapterSource;
  /** Its name on the page: `add_to_cart`, the value of `data-sidestream-event`, `rerank` of a grid, or a tool's name. */
  event: string;
  /** Null if unknown. */
  itemId: string | null;
  /** The pushed entry, the element, or an agent's input. */
  payload: unknown;
}

/** The outcome of an event, for the shop's developers and tests. */
export type AdapterReport = ReceivedEvent &
  (
    | { outcome: 'tracked'; type: EventType; details: TrackDetails }
    | { outcome: 'dropped'; reason: DropReason; message: string }
  );

export type TrackedReport = Extract<AdapterReport, { outcome: 'tracked' }>;
export type DroppedReport = Extract<AdapterReport, { outcome: 'dropped' }>;

/** Options of all adapters. */
export interface AdapterOptions {
  /**
   * Whether to log the outcome of every event to the console: what it was tracked as, or why it or one of its fields was dropped.
   * Default false.
   */
  debug?: boolean;
  /** Called with every tracked event and every dropped event or field. */
  onReport?: (report: AdapterReport) => void;
}

/** Reports an event to the page. Never throws. */
export function report(options: AdapterOptions, given: AdapterReport): void {
  const { source, event, itemId, payload, outcome } = given;
  const of = itemId === null ? '' : ` of "${itemId}"`;
  const became = outcome === 'tracked' ? `tracked as ${given.type}` : `${given.reason}: ${given.message}`;
  const isFailure = outcome === 'dropped' && given.reason === 'failed';
  const line = [`Sidestream ${source}: ${event}${of}: ${became}`, payload];
  tell(options, given, outcome === 'tracked' ? 'info' : 'warn', isFailure, line);
}

/**
 * Passes a report to the page, and writes a line to the console: for every report with `debug`, otherwise for a failure if the page has no
 * `onReport`. Never throws, because the page's own pushes and events call it.
 */
export function tell<Report>(
  { debug = false, onReport }: { debug?: boolean; onReport?: (report: Report) => void },
  given: Report,
  level: 'info' | 'warn',
  isFailure: boolean,
  line: readonly unknown[],
): void {
  try {
    const say = level === 'info' ? console.info : console.warn;
    // With `%s` in an event's name the console would format the payload, and call its getters.
    if (debug || (isFailure && typeof onReport !== 'function')) say('%s', ...line);
    if (typeof onReport === 'function') onReport(given);
  } catch (thrown) {
    // The page's error, but not an error of the current push.
    queueMicrotask(() => {
      throw thrown;
    });
  }
}

/** The message of a thrown value. A page may throw anything, even an object that throws when read. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    // Nothing more can be known about it.
    return 'something that cannot be read';
  }
}
