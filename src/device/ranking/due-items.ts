/** Items that a shopper may buy again. */
export interface DueItems {
  /** By row, the best first: the named contributions that add up to the score in `again`. */
  contributions: ReadonlyMap<number, Record<string, number>>;
  /** Maximum number of them in `for-you`. */
  places: number;
}
