import type { EventType, TrackDetails } from '../protocol';

/** Where an adapter heard of an event: a push of an object, a push of `gtag()`, or an element's attributes. */
export type AdapterSource = 'data-layer' | 'gtag' | 'attributes';

/**
 * Why an event, or one of its fields, was dropped:
 *
 * - `unmapped-event`: it has items, but no event of the recommender's goes by its name
 * - `no-items`: its items are missing or are no list
 * - `too-many-items`: items after the 200th, the most that GA4 takes in one event; those before it are kept
 * - `no-id`: an item without an id
 * - `invalid-field`: a field that makes no sense; the event is kept without it, unless it is the event's name
 * - `unknown-item`: the bundle has no item of this id
 * - `duplicate`: an element or another adapter has just told of the same event
 * - `failed`: the recommender, a function of the options, or the reading of what was pushed failed
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

interface Heard {
  source: AdapterSource;
  /** Its name on the page: `add_to_cart`, or what `data-sidestream-event` says. */
  event: string;
  /** Null where it is not known. */
  itemId: string | null;
  /** The pushed entry, or the element. */
  payload: unknown;
}

/** What became of an event: for the shop's developers, and for tests of a shop. */
export type AdapterReport = Heard &
  (
    | { outcome: 'tracked'; type: EventType; details: TrackDetails }
    | { outcome: 'dropped'; reason: DropReason; message: string }
  );

export type TrackedReport = Extract<AdapterReport, { outcome: 'tracked' }>;
export type DroppedReport = Extract<AdapterReport, { outcome: 'dropped' }>;

/** What both adapters can be told. */
export interface AdapterOptions {
  /** Writes what was dropped, and why, to the console. Default false. */
  debug?: boolean;
  /** Called with every event that was tracked and everything that was dropped. */
  onReport?: (report: AdapterReport) => void;
}
