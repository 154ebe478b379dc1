import type { EventType, TrackDetails } from '../../device/protocol';

/** Source of an event: a pushed object, a push of `gtag()`, attributes of an element, or a grid that is to be ordered. */
export type AdapterSource = 'data-layer' | 'gtag' | 'attributes' | 'grid';

/**
 * Why an event, or one of its fields, was dropped:
 *
 * - `unmapped-event`: it has items, but its name maps to no event of the recommender
 * - `no-items`: its items are missing or are no list
 * - `too-many-items`: items after the 200th, the most that GA4 takes in one event; those before it are kept
 * - `no-id`: an item without an id
 * - `invalid-field`: a field with an invalid value; the event is kept without it, unless it is the event's name
 * - `unknown-item`: the bundle has no item with this id
 * - `duplicate`: an element or another adapter has just reported the same event
 * - `failed`: the recommender, a function of the options, or reading the pushed entry failed; a grid keeps its order
 */
export type DropReason =
  | 'unmapped-event'
  | 'no-items'
  | 'too-many-items'
  | 'no-id'
  | 'invalid-field'
  | 'unknown-item'
  | 'duplicate'
  | 'failed';

interface ReceivedEvent {
  source: AdapterSource;
  /** Its name on the page: `add_to_cart`, the value of `data-sidestream-event`, or `rerank` of a grid. */
  event: string;
  /** Null where it is not known. */
  itemId: string | null;
  /** The pushed entry, or the element. */
  payload: unknown;
}

/** The outcome of an event: for the shop's developers, and for tests of a shop. */
export type AdapterReport = ReceivedEvent &
  (
    | { outcome: 'tracked'; type: EventType; details: TrackDetails }
    | { outcome: 'dropped'; reason: DropReason; message: string }
  );

export type TrackedReport = Extract<AdapterReport, { outcome: 'tracked' }>;
export type DroppedReport = Extract<AdapterReport, { outcome: 'dropped' }>;

/** Options of all adapters. */
export interface AdapterOptions {
  /** Writes to the console what became of every event: what it was tracked as, or why it or a field of it was dropped. Default false. */
  debug?: boolean;
  /** Called with every event that was tracked, and every event or field that was dropped. */
  onReport?: (report: AdapterReport) => void;
}

/** Passes a report to the page, and to the console as the options say. Never throws. */
export function report(options: AdapterOptions, given: AdapterReport): void {
  try {
    write(options, given);
  } catch (thrown) {
    // A console that the page replaced may throw. That is an error of the page, but not of the push under way.
    queueMicrotask(() => {
      throw thrown;
    });
  }
}

function write({ debug = false, onReport }: AdapterOptions, given: AdapterReport): void {
  const isFailure = given.outcome === 'dropped' && given.reason === 'failed';
  if (debug || (isFailure && !onReport)) {
    const { source, event, itemId, payload } = given;
    const of = itemId === null ? '' : ` of "${itemId}"`;
    const became = given.outcome === 'tracked' ? `tracked as ${given.type}` : `${given.reason}: ${given.message}`;
    // With `%s` in an event's name the console would format the payload, and call its getters.
    const say = given.outcome === 'tracked' ? console.info : console.warn;
    say('%s', `Sidestream ${source}: ${event}${of}: ${became}`, payload);
  }
  try {
    onReport?.(given);
  } catch (thrown) {
    console.warn('Sidestream: onReport failed', thrown);
  }
}

/** The message of a thrown value. A page may throw anything, also an object that throws when it is read. */
export function messageOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    // Nothing more can be known about it.
    return 'something that cannot be read';
  }
}
