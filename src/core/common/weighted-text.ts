/** A text of an item, and the factor by which its words count. */
export interface WeightedText {
  text: string;
  /** Relative to the item's title, which has 1; above 0. */
  weight: number;
}
