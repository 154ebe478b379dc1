// Apart from the schemas, so that the page's adapters can use it without them.

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

/** Longest texts of an event, characters. */
export const MAX_CHARACTERS = {
  itemId: 256,
  placement: 64,
  recommendationId: 64,
  transactionId: 128,
  /** `experiment/variant`, names of at most 32 characters each. */
  variant: 65,
} as const;

/**
 * What is known of an event besides its type and item. A cart or purchase without a `recommendationId` gets it, with
 * placement and position, from the last click on a recommendation of its item, or from a cart that named one, if that is not older than 7 days.
 */
export interface EventDetails {
  /** Pieces, at least 0. Default 1. */
  quantity?: number;
  /** Price of one piece, at least 0. */
  price?: number;
  /** ISO 4217 code of the price: `EUR`. */
  currency?: string;
  /** The recommender's placement, or the name of a list of the shop's own; at most 64 characters. */
  placement?: string;
  /** 0-based position in its list. */
  position?: number;
  /** `id` of the response that the item came with; at most 64 characters. */
  recommendationId?: string;
  /**
   * The order of a purchase, 1 to 128 characters. A purchase of the same item with the same id is counted, and learned
   * from, once.
   */
  transactionId?: string;
}
