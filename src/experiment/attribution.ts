import * as v from 'valibot';
import { eventSchema, type NewEvent } from '../events';

/** A click on a recommendation earns what is bought of its item for this long, ms: 7 days. */
export const ATTRIBUTION_WINDOW = 7 * 24 * 60 * 60 * 1000;
/** Items whose last click is remembered. */
const MOST_ITEMS = 500;

/** The schemas of the event: these fields are copied into other events, which must pass them when the log is read. */
const { itemId, time, recommendationId, placement, position, variant } = eventSchema.entries;
const touchSchema = v.object({ time, recommendationId: recommendationId.wrapped, placement, position, variant });
type Touch = v.InferOutput<typeof touchSchema>;

export const touchesSchema = v.pipe(v.array(v.tuple([itemId, touchSchema])), v.maxLength(MOST_ITEMS));
export type StoredTouches = v.InferOutput<typeof touchesSchema>;

/** The last click on a recommendation of each item. */
export class Touches {
  #last: Map<string, Touch>;

  constructor(stored: StoredTouches = []) {
    this.#last = new Map(stored);
  }

  save(): StoredTouches {
    return [...this.#last];
  }

  /**
   * Remembers a click on a recommendation. Events come in the order of the log, which the clock may contradict: an event
   * with an earlier time than a click before it shows that the clock was set back, so the click gets the event's time.
   */
  note({ type, itemId, time, recommendationId, placement, position, variant }: NewEvent): void {
    for (const [id, touch] of this.#last) if (touch.time > time) this.#last.set(id, { ...touch, time });
    if (type !== 'click' || recommendationId === undefined) return;
    // Put in again at the end, so that the oldest is the first.
    this.#last.delete(itemId);
    this.#last.set(itemId, { time, recommendationId, placement, position, variant });
    for (const [id, touch] of this.#last) {
      if (this.#last.size <= MOST_ITEMS && time - touch.time <= ATTRIBUTION_WINDOW) break;
      this.#last.delete(id);
    }
  }

  /** The last click on a recommendation of an item within 7 days before `time`. */
  of(itemId: string, time: number): Touch | null {
    const touch = this.#last.get(itemId);
    return touch && time - touch.time <= ATTRIBUTION_WINDOW ? touch : null;
  }
}

/**
 * A cart or purchase with what the last click says of where it came from: recommendation, placement, position, variant.
 * One that names its recommendation itself, and every other event, stays as it is.
 */
export function attributed(event: NewEvent, touch: Touch | null): NewEvent {
  if (!touch || event.recommendationId !== undefined || !isConversion(event)) return event;
  const { time: _, ...origin } = touch;
  return { ...event, ...origin };
}

/** Whether an event is one that a click can earn. */
export const isConversion = ({ type }: Pick<NewEvent, 'type'>): boolean => type === 'cart' || type === 'purchase';
