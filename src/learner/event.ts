import * as v from 'valibot';
import { storedTime } from './stored-fields';

/**
 * What a shopper can do with an item. `uncart` takes it out of the cart again; `undismiss` takes a `dismiss` back.
 */
export const EVENT_TYPES = [
  'impression',
  'view',
  'click',
  'cart',
  'purchase',
  'dismiss',
  'undismiss',
  'uncart',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

const number = v.pipe(v.number(), v.finite(), v.minValue(0));

/** One event of the log. Parsed wherever it comes in: from the page and from disk. */
export const eventSchema = v.object({
  /** Position in the log, from 1, ever growing. */
  id: v.pipe(v.number(), v.integer(), v.minValue(1)),
  type: v.picklist(EVENT_TYPES),
  itemId: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  /** Milliseconds since the epoch. */
  time: storedTime,
  quantity: v.optional(number),
  /** Of one piece. */
  price: v.optional(number),
  /** ISO 4217 code of the price. */
  currency: v.optional(v.pipe(v.string(), v.length(3))),
  /** Where the item was shown. */
  placement: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** 0-based place in its list. */
  position: v.optional(number),
  /** The response the item was part of. */
  recommendationId: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** The order of a purchase. */
  transactionId: v.optional(v.pipe(v.string(), v.maxLength(128))),
  /** What the shopper saw of an experiment: `experiment/variant`. */
  variant: v.optional(v.pipe(v.string(), v.maxLength(65))),
});

export type LoggedEvent = v.InferOutput<typeof eventSchema>;
/** An event before the log has given it an id. */
export type NewEvent = Omit<LoggedEvent, 'id'>;

/** How strongly each type speaks for an item; 0: not a choice. */
export const EVENT_STRENGTH: Record<EventType, number> = {
  impression: 0,
  view: 0.5,
  click: 1,
  cart: 2,
  purchase: 3,
  dismiss: 0,
  undismiss: 0,
  uncart: 0,
};
/** The strongest that an event speaks. */
export const STRONGEST = Math.max(...Object.values(EVENT_STRENGTH));
