import * as v from 'valibot';
import { eventSchema, type NewEvent } from '../../core/events';

/**
 * Time after a click on a recommendation, or a cart that names one, in which carts and purchases of its item are attributed to
 * it, ms: 7 days.
 */
export const ATTRIBUTION_WINDOW = 7 * 24 * 60 * 60 * 1000;
const MAX_ITEMS = 500;

/** The event's own schemas, because these fields are copied to events that are parsed when the log is read. */
const { itemId, time, recommendationId, placement, position, variant } = eventSchema.entries;
const lastClickSchema = v.object({ time, recommendationId: recommendationId.wrapped, placement, position, variant });
type LastClick = v.InferOutput<typeof lastClickSchema>;

export const lastClicksSchema = v.pipe(v.array(v.strictTuple([itemId, lastClickSchema])), v.maxLength(MAX_ITEMS));
export type StoredLastClicks = v.InferOutput<typeof lastClicksSchema>;

export class LastClickIndex {
  #last: Map<string, LastClick>;

  constructor(stored: StoredLastClicks = []) {
    this.#last = new Map(stored);
  }

  save(): StoredLastClicks {
    return [...this.#last];
  }

  /**
   * Records a click on a recommendation, or a cart that names its recommendation, such as a bundle's. Events arrive in the
   * order of the log. If an event is older than a click before it, the clock was set back, so the click gets the event's
   * time.
   */
  note({ type, itemId, time, recommendationId, placement, position, variant }: NewEvent): void {
    for (const [id, click] of this.#last) if (click.time > time) this.#last.set(id, { ...click, time });
    if ((type !== 'click' && type !== 'cart') || recommendationId === undefined) return;
    // A cart that was attributed to a click does not make that click later.
    if (type === 'cart' && this.#last.get(itemId)?.recommendationId === recommendationId) return;
    // Re-inserted at the end: the oldest click must stay first.
    this.#last.delete(itemId);
    this.#last.set(itemId, { time, recommendationId, placement, position, variant });
    for (const [id, click] of this.#last) {
      if (this.#last.size <= MAX_ITEMS && time - click.time <= ATTRIBUTION_WINDOW) break;
      this.#last.delete(id);
    }
  }

  /** The last click on a recommendation of an item within 7 days before `time`. */
  of(itemId: string, time: number): LastClick | null {
    const click = this.#last.get(itemId);
    return click && time - click.time <= ATTRIBUTION_WINDOW ? click : null;
  }
}

/**
 * Attributes a cart or purchase to the last click: copies its recommendation, placement, position and variant. An event that
 * names its own recommendation, and every other event, is not changed.
 */
export function attribute(event: NewEvent, click: LastClick | null): NewEvent {
  if (!click || event.recommendationId !== undefined || !isConversion(event)) return event;
  const { time: _, ...origin } = click;
  return { ...event, ...origin };
}

export const isConversion = ({ type }: Pick<NewEvent, 'type'>): boolean => type === 'cart' || type === 'purchase';

/** Key of an order line; null for events that are not purchases or have no transaction id. */
export function orderOf({ type, transactionId, itemId }: NewEvent): string | null {
  return type === 'purchase' && transactionId !== undefined ? JSON.stringify([transactionId, itemId]) : null;
}
