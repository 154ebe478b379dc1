import type { Hints, Rules } from '../ranking';
import type { Recommendation } from './answers';

/* Requests for groups of items, and their answers: segments of the catalogue, and rows of a page. */

/** Which segments of the catalogue to rank. Its rules replace the shop's rules of the same names; pins have no effect. */
export interface SegmentsRequest extends Omit<Rules, 'pin'> {
  /**
   * What the items of a segment have in common: their `category`, or the value of an attribute, such as `attributes.brand`.
   * An item with several values (category paths, or an attribute that is a list) is in several segments; an item without a
   * value is in none.
   */
  by: 'category' | `attributes.${string}`;
  /** How many levels of the category path to use, 1 to 50: 1 (the default) is the broadest. */
  depth?: number;
  /** How many segments, 1 to 100. Default 6. */
  limit?: number;
  /** How many items to list for each segment, 1 to 20. Default 4. */
  items?: number;
  /** Ids of items that are not listed and do not count; at most 10,000. */
  exclude?: string[];
  /** As for `recommend()`. */
  lang?: string;
  /** As for `recommend()`. */
  hints?: Hints | string;
}

/** Items that have something in common, such as the brand. */
export interface Segment {
  /** The category's path, or the attribute's value as a text. */
  value: string;
  /**
   * Mean `for-you` score of the segment's 5 best items, comparable only within one response. In a segment with fewer than 5
   * items, each missing item counts as an average item of the list.
   */
  score: number;
  /**
   * The named parts of the score, which add up to it: the means of the best items' parts, and `average` for the missing
   * items.
   */
  contributions: Record<string, number>;
  /** Number of items that may be listed. */
  count: number;
  /** The best items, ranked and explained as in `for-you`. */
  items: Recommendation[];
}

/** Ranked segments. */
export interface SegmentsResponse {
  /** Pass it to `track()` as `recommendationId` to attribute clicks, with a name of your choice as `placement`. */
  id: string;
  by: SegmentsRequest['by'];
  /** The best first. */
  segments: Segment[];
  /** As in `RecommendResponse`. */
  currency?: string;
  /** Whether only part of the catalogue was ranked, because it is too large to load as a whole. */
  partial: boolean;
}

/** Which rows of lists to plan. Its rules replace the shop's rules of the same names; pins have no effect. */
export interface RowsRequest extends Omit<Rules, 'pin'> {
  /** How many rows at most, 1 to 20. Default 6. */
  limit?: number;
  /** How many items of each row at most, 1 to 50. Default 12. */
  items?: number;
  /** Ids of items that are in no row; at most 10,000. */
  exclude?: string[];
  /** As for `recommend()`. */
  lang?: string;
  /** As for `recommend()`. */
  hints?: Hints | string;
}

/** One row of a page: a list with a reason. */
export interface Row {
  /**
   * What its items have in common: they resemble an item that the shopper chose (`because`), they are of a brand or category
   * that the shopper prefers (`more`), they are new in a category (`new`), they may be bought again (`again`), or many shoppers
   * choose them (`trending`).
   */
  kind: 'because' | 'more' | 'new' | 'again' | 'trending';
  /** The id of the item of `because`, the category or brand of `more` and `new`, and empty for the other kinds. */
  about: string;
  /** The reason as a heading: `New in Shirts`. Empty if nothing is known of the items. */
  title: string;
  /**
   * Mean `for-you` score of its first 5 items, comparable only within one response. In a row with fewer items, each missing
   * item counts as an average item.
   */
  score: number;
  /** Ranked and explained as in other lists. No product is in two rows. */
  items: Recommendation[];
}

/** Rows for a page, chosen for this shopper. */
export interface RowsResponse {
  /** Pass it to `track()` as `recommendationId` to attribute clicks, with a name of your choice as `placement`. */
  id: string;
  /** The best first. */
  rows: Row[];
  /** As in `RecommendResponse`. */
  currency?: string;
  /** Whether only part of the catalogue was ranked, because it is too large to load as a whole. */
  partial: boolean;
}
