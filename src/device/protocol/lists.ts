import type { Item } from '../../core/catalog';
import type { Filter, Hints, Pin, Placement, PriceRange, ProductOption, Rules, Source } from '../ranking';
import type { ExpertStatus } from './profile';

export type { ProductOption } from '../ranking';

/** One item of a list. */
export interface Recommendation {
  item: Item;
  /**
   * Higher is better; comparable only within one response. Pins, tastes, cap, diversity and `fresh` change the order, not the score.
   */
  score: number;
  source: Source;
  /** The named parts of the score, which add up to it. */
  contributions: Record<string, number>;
  /**
   * One sentence for the shopper: `Because you looked at "Red apple"`. Empty for the source `catalog`, which has no reason.
   */
  reason: string;
  /**
   * The lowest and the highest price among the available variants of the item's product, if the list shows one variant for
   * the product and the prices differ. If `item.price` is the lowest, it is a "from" price.
   */
  prices?: PriceRange;
  /** 0-based. */
  position: number;
}

/** A request for a list. Its rules replace the shop's rules of the same names. */
export interface RecommendRequest extends Omit<Rules, 'filter'> {
  /** Lists only the items that match it: an object, or its JSON text. */
  filter?: Filter | string;
  /** Default: `for-you`, or `complement` when `cart` is set. */
  placement?: Placement;
  /**
   * The item in view, or a list of 1 to 100 items, such as the items of a cart page; the list that comes back contains none
   * of them. `similar` and `complement` need `itemId` or `cart`. Ids in a list that are not in the catalogue are ignored,
   * unless all of them are missing.
   */
  itemId?: string | readonly string[];
  /**
   * Whether the items in the shopper's cart (the last 100, according to the events `cart`, `uncart` and `purchase` of all
   * tabs) count as in view too. With an empty cart and no `itemId`, `similar` and `complement` are empty. Default false.
   */
  cart?: boolean;
  /** Default 8, at most 100. */
  limit?: number;
  /** Ids of items to leave out, for example because the page already shows them; at most 10,000. */
  exclude?: string[];
  /**
   * Language of reasons and items, as a tag: `de-AT`. Default: the page's language, `<html lang>`. Reasons exist in en, ja,
   * de, fr, es and ar, and fall back to en. Items have texts in the languages that the bundle was built with (`--locale`),
   * and fall back to the shop's main feed.
   */
  lang?: string;
  /**
   * Hints of what the shopper looks for in this visit, for `for-you`: an object, or its JSON text. Default: the hints of
   * `profile.setHints()`; `{}` for no hints.
   */
  hints?: Hints | string;
}

/** A ranked list. */
export interface RecommendResponse {
  /** Pass it to `track()` as `recommendationId` to attribute clicks. */
  id: string;
  placement: Placement;
  items: Recommendation[];
  /** Currency of the prices, as a three-letter code, if the offers of the market, or else the bundle, name one. */
  currency?: string;
}

/** Explanation of an item's score. */
export interface Explanation {
  item: Item;
  placement: Placement;
  score: number;
  source: Source;
  /**
   * The parts of the score, which add up to it. `text` and `image` are the similarities to the items chosen (or in view);
   * the other parts are terms and rules by name: `popularity`, `experts`, `boughtTogether`, `boost` …
   */
  contributions: Record<string, number>;
  /**
   * Up to 8 items chosen before (or in view) that contribute to the score, the largest part first. The part of a chosen item is
   * by how much the score would be lower without it; parts need not add up to the score.
   */
  contributors: { item: Item; part: number }[];
  /**
   * The contribution of each of the shopper's experts to `preference`, the largest first; they add up to it. Empty if
   * `preference` is not part of the score.
   */
  experts: ExpertContribution[];
  /** One sentence for the shopper, in the language of the request; empty without a reason. */
  reason: string;
}

/** The contribution of one of the shopper's experts to an item's score. */
export interface ExpertContribution extends Pick<ExpertStatus, 'id' | 'state'> {
  contribution: number;
  /**
   * The last 20 choices that it learned from, newest first; `time` in milliseconds since the epoch, null if unknown.
   */
  choices: { item: Item; time: number | null }[];
}

/**
 * How to order one of the shop's own lists. Its rules replace the shop's rules of the same names. No other rule applies: no
 * item is left out, and seeing a list does not change its order on the next visit.
 */
export interface RerankOptions extends Pick<Rules, 'boost' | 'bury' | 'coldStart'> {
  /**
   * How far to go from the shop's order, 0, to the shopper's, 1 (default). Items are sorted by ascending (1 - strength) * s
   * + strength * p, where s is an item's rank in the shop's list, p its rank by the score that `for-you` gives it, with
   * `boost` and `bury` in standard deviations of the scores in the list. Ties keep the shop's order. As strength rises, two
   * items swap at most once.
   */
  strength?: number;
  /**
   * Items at fixed places, at any strength, even if the catalogue lacks them. If two pins name the same place, the first
   * counts; pins of items that are not in the list, or beyond its end, have no effect. At most 100, positions up to 9,999.
   */
  pin?: Pin[];
}

/** One of the shop's own lists, reordered. */
export interface RerankResponse {
  /** Pass it to `track()` as `recommendationId` to attribute clicks, with the list's name as `placement`. */
  id: string;
  /** The given ids, each as often as it was given. */
  ids: string[];
}

/** A search, by either `text` or `image`. */
export interface FindRequest {
  /**
   * Words as the shopper types them, 1 to 200 characters after trimming. The last word may be unfinished. From 4 letters on, a word may
   * have one typing error, from 8 on two. Case and accents make no difference.
   */
  text?: string;
  /**
   * A picture, such as a photo from the shopper's camera, at most 50 MB. It is encoded on this device and neither kept nor sent
   * anywhere.
   */
  image?: Blob;
  /** Default 8, at most 100. */
  limit?: number;
  /** Finds only items that match it: an object, or its JSON text. Replaces the shop's rule of this name. */
  filter?: Filter | string;
  /** Whether what is found by words becomes a weak hint, as a search of the shopper's own does. Default true. */
  hint?: boolean;
  /**
   * Whether items near in meaning are mixed with those that have only some of the words, or similar ones, as after a typing error: the
   * text encoder is loaded for it. Default false, which finds by words at once.
   */
  meaning?: boolean;
  /** Ids of items to leave out; at most 10,000. */
  exclude?: string[];
  /** As for `recommend()`. Items are found by their texts in this language. */
  lang?: string;
}

/** Results of a search. */
export interface FindResponse {
  /** Pass it to `track()` as `recommendationId` to attribute clicks, with `find` as `placement`. */
  id: string;
  /** The best first, explained as in other lists. */
  items: Recommendation[];
  /**
   * How they were found: by their `words`, if the first of them has any; by their `meaning` otherwise; or by a `photo`.
   */
  by: 'words' | 'meaning' | 'photo';
  /** Whether no item has all words as they are, as after a typing error: `meaning` may find more. */
  similar: boolean;
  /** As in `RecommendResponse`. */
  currency?: string;
}

/** Which segments of the catalogue to rank. Its rules replace the shop's rules of the same names; pins have no effect. */
export interface SegmentsRequest extends Omit<Rules, 'pin'>, Pick<RecommendRequest, 'lang' | 'hints'> {
  /**
   * The common trait of a segment's items: their `category`, or the value of an attribute, such as `attributes.brand`.
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
}

/** Which rows of lists to plan. Its rules replace the shop's rules of the same names; pins have no effect. */
export interface RowsRequest
  extends Omit<Rules, 'pin' | 'filter'>,
    Pick<RecommendRequest, 'filter' | 'lang' | 'hints'> {
  /** How many rows at most, 1 to 20. Default 6. */
  limit?: number;
  /** How many items of each row at most, 1 to 50. Default 12. */
  items?: number;
  /** Ids of items that are in no row; at most 10,000. */
  exclude?: string[];
}

/** One row of a page: a list with a reason. */
export interface Row {
  /**
   * The common trait of its items: they resemble an item that the shopper chose (`because`), they are of a brand or category
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
}

/** How to describe products. */
export interface ProductsRequest {
  /** Language of the items, as for `recommend()`. Default: the page's language. */
  lang?: string;
  /** Whether to list the variants of each product. Default false. */
  variants?: boolean;
}

/** An item as it is now, with the product that it belongs to. */
export interface Product {
  item: Item;
  /** As in `Recommendation`. */
  prices?: PriceRange;
  /** Properties in which the variants differ, at most 3; empty for a product without variants, or without `variants: true`. */
  options: ProductOption[];
  /** All variants of the product, the item among them, in the order of the catalogue; empty like `options`. */
  variants: Item[];
}

/** Which part of the catalogue to list. */
export interface BrowseRequest {
  /** Category or category prefix (whole path segments), as in the shop's main feed. Default: all categories. */
  category?: string;
  /** Language of the items, as for `recommend()`. Default: the page's language. */
  lang?: string;
  /** Default 0. */
  offset?: number;
  /** Default 48. */
  limit?: number;
}

/**
 * A page of the catalogue: in the order of the feed, or, in a bundle that pages load in parts, in the order of its parts, which stays the
 * same until the next build.
 */
export interface BrowseResponse {
  items: Item[];
  /** Matches before offset and limit. */
  total: number;
}

/** How to list the categories. */
export interface CategoriesRequest {
  /** Language of the names, as for `recommend()`. Default: the page's language. */
  lang?: string;
}

/** A category of the catalogue. */
export interface CategoryCount {
  /** Its path, as rules and `catalog.browse()` take it. */
  category: string;
  /** The path in the requested language, if it differs. */
  label?: string;
  /** Number of items. */
  count: number;
}
