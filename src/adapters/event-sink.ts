import type { EventType, Recommender } from '../protocol';
import { ElementEcho } from './duplicates';
import type { AdapterOptions, AdapterReport, DroppedReport, DropReason, TrackedReport } from './report';
import { wordsOf } from './thrown';

/** What the adapters need of a recommender. */
export type Tracker = Pick<Recommender, 'track' | 'getItem'>;
/** An event before it was tracked. */
export type Offer = Omit<TrackedReport, 'outcome'>;
export type Drop = Omit<DroppedReport, 'outcome'>;

/** Two sources that tell of the same event within this time tell of one event, ms. */
const ECHO = 1000;

/** Last time that a source told of a type and item, for all adapters of a recommender. */
const trackedBy = new WeakMap<Tracker, Map<string, { source: string; time: number }>>();

/** Hands events of the adapters to the recommender: each once, and with word of what became of it. */
export class EventSink {
  readonly #options: AdapterOptions;
  readonly #ready: Promise<Tracker>;
  readonly #echo = new ElementEcho();
  readonly #known = new Map<string, Promise<boolean>>();

  constructor(tracker: Tracker | Promise<Tracker>, options: AdapterOptions) {
    this.#options = options;
    this.#ready = Promise.resolve(tracker);
    // Told with every event that needs it.
    this.#ready.catch(() => undefined);
  }

  /** Tracks an event, unless somebody else does. Never throws: a page must not suffer from its own reports. */
  offer(offer: Offer): void {
    const { type, itemId, details } = offer;
    const time = Date.now();
    if (itemId === null) return;
    if (this.#echo.has(type, itemId, details.placement)) {
      this.drop(offer, 'duplicate', 'an element of Sidestream tells of it itself');
      return;
    }
    this.#track(offer, itemId, time).catch((thrown: unknown) => {
      this.drop(offer, isUnknownItem(thrown) ? 'unknown-item' : 'failed', wordsOf(thrown));
    });
  }

  drop(
    { source, event, itemId, payload }: Omit<Drop, 'reason' | 'message'>,
    reason: DropReason,
    message: string,
  ): void {
    this.#report({ outcome: 'dropped', source, event, itemId, payload, reason, message });
  }

  close(): void {
    this.#echo.close();
  }

  async #track(offer: Offer, itemId: string, time: number): Promise<void> {
    const { source, type, details } = offer;
    const tracker = await this.#ready;
    const other = trackedElsewhere(tracker, type, itemId, source, time);
    if (other) {
      this.drop(offer, 'duplicate', `${other} told of it less than a second ago`);
      return;
    }
    // Impressions travel together, and one that is refused would take the others with it.
    if (type === 'impression' && !(await this.#knows(tracker, itemId))) {
      this.drop(offer, 'unknown-item', `the catalogue has no item "${itemId}"`);
      return;
    }
    await tracker.track(type, itemId, details);
    this.#report({ outcome: 'tracked', ...offer });
  }

  #knows(tracker: Tracker, itemId: string): Promise<boolean> {
    const known = this.#known.get(itemId);
    if (known) return known;
    const asked = tracker.getItem(itemId).then((item) => item !== null);
    this.#known.set(itemId, asked);
    // What is not there now, or could not be asked, may be there later.
    const forget = (): boolean => this.#known.delete(itemId);
    asked.then((found) => found || forget(), forget);
    return asked;
  }

  #report(report: AdapterReport): void {
    try {
      this.#tell(report);
    } catch (thrown) {
      // A console that the page replaced: its errors are the page's, but not those of the push that was heard.
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }

  #tell(report: AdapterReport): void {
    const { debug = false, onReport } = this.#options;
    if (report.outcome === 'dropped' && (debug || (report.reason === 'failed' && !onReport))) {
      const { source, event, itemId, reason, message, payload } = report;
      const of = itemId === null ? '' : ` of "${itemId}"`;
      // The name of an event may hold a `%s`, by which the console would read the payload, getters and all.
      console.warn('%s', `Sidestream ${source}: ${event}${of}: ${reason}: ${message}`, payload);
    }
    try {
      onReport?.(report);
    } catch (thrown) {
      console.warn('Sidestream: onReport failed', thrown);
    }
  }
}

/** @returns the other source that told of the same event just before */
function trackedElsewhere(
  tracker: Tracker,
  type: EventType,
  itemId: string,
  source: string,
  time: number,
): string | undefined {
  const heard = trackedBy.get(tracker) ?? new Map<string, { source: string; time: number }>();
  trackedBy.set(tracker, heard);
  for (const [key, { time: then }] of heard) if (time - then >= ECHO) heard.delete(key);
  const key = `${type} ${itemId}`;
  const last = heard.get(key);
  if (last && last.source !== source) return last.source;
  heard.set(key, { source, time });
  return undefined;
}

/** By its code and not by its class: the page may have another copy of the package. */
function isUnknownItem(thrown: unknown): boolean {
  const code: unknown = thrown instanceof Error ? Reflect.get(thrown, 'code') : undefined;
  return code === 'runtime/unknown-item';
}
