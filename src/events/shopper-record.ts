/** What the rules know of the shopper beside the taste, by rows of the catalogue. */
export interface ShopperRecord {
  /** Bought. */
  owned: ReadonlySet<number>;
  /** In the cart now. */
  cart: ReadonlySet<number>;
  /**
   * How often an item was shown without being chosen, faded, 0 or more.
   * @param now milliseconds since the epoch
   */
  timesShown(row: number, now: number): number;
}

/** The record of somebody nothing is known of. */
export const NO_RECORD: ShopperRecord = { owned: new Set(), cart: new Set(), timesShown: () => 0 };
