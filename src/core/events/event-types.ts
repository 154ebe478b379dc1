// Separate from the schemas, which the page's adapters do not load.

/** A shopper's action on an item. `uncart` removes it from the cart; `undismiss` undoes a `dismiss`. */
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

/** Maximum lengths of an event's texts, in characters. */
export const MAX_CHARACTERS = {
  itemId: 256,
  placement: 64,
  recommendationId: 64,
  transactionId: 128,
  /** `experiment/variant`, names of at most 32 characters each. */
  variant: 65,
} as const;

/**
 * Details of an event in addition to its type and item. A cart or purchase without a `recommendationId` takes it, with
 * placement and position, from the last click on a recommendation of its item, or from a cart that named one, within the
 * last 7 days.
 */
export interface EventDetails {
  /** Pieces, at least 0. Default 1. */
  quantity?: number;
  /** Price of one piece, at least 0. */
  price?: number;
  /** ISO 4217 code of the price: `EUR`. */
  currency?: string;
  /** A placement of the recommender, or the name of one of the shop's own lists; at most 64 characters. */
  placement?: string;
  /** 0-based position in its list. */
  position?: number;
  /** `id` of the response that contained the item; at most 64 characters. */
  recommendationId?: string;
  /**
   * The order of a purchase, 1 to 128 characters. Repeated purchases of the same item with the same id are counted and
   * learned once.
   */
  transactionId?: string;
}
