import * as v from 'valibot';
import { exactObject } from '../../../core/common/strict-object';
import type { Filter } from './filter';
import { filterSchema } from './filter-schema';

/** Raises (`boost`) or lowers (`bury`) the items that a filter fits. */
export interface Push {
  filter: Filter;
  /**
   * How far, in standard deviations of the scores of all items that the list may hold, above 0 up to 10; default 1. It is
   * added (`boost`) or taken away (`bury`), never multiplied: scores may be negative, and their range differs by placement.
   */
  strength?: number;
}

/** Puts an item at a fixed position. */
export interface Pin {
  itemId: string;
  /** 0-based. */
  position: number;
}

/** At most `max` items of one category. */
export interface CategoryCap {
  /** 1 or more. */
  max: number;
  /** Levels of the category path that count: 1 is the broadest. Default: the whole path. */
  depth?: number;
}

/**
 * Rules of the shop that override the ranking: of one request, or of all requests in `createRecommender({ rules })`. A
 * rule of a request replaces the shop's rule of the same name.
 */
export interface Rules {
  /** List only items that it fits. */
  filter?: Filter;
  /** Default true. */
  excludeOutOfStock?: boolean;
  /**
   * Leave out what the shopper bought. Default true, but for `recent`, `again`, and what the rule `repeats` lets in. Where it is
   * true because the shop says so, it goes before that rule.
   */
  excludeOwned?: boolean;
  /** Leave out what is in the cart. Default true, but for `recent`. */
  excludeInCart?: boolean;
  /** Leave out what the shopper is not interested in. Default true. */
  excludeDismissed?: boolean;
  /**
   * Leave out of `for-you` what is among the shopper's last choices: how many of them, 0 (nothing is left out) to 1000.
   * Default 40: an item that was looked at, put in the cart or bought comes back when 40 choices of others came after it.
   * Events on one item in a row are one choice. The other placements list it all the same.
   */
  excludeRecent?: number;
  /**
   * Whether `for-you` may hold products that the shopper bought and may be due to buy again: as many of its places, in
   * proportion, as purchases in the shop's log are repeats, and one at least. Default: where 10 % or more are. It has no effect
   * where less than 5 % are, or where the bundle has no log.
   */
  repeats?: boolean;
  boost?: Push[];
  bury?: Push[];
  /**
   * Items at fixed positions, whatever filter and scores say. What is excluded (sold out, owned, in the cart,
   * dismissed, in view) is not pinned, nor is an item that the catalogue lacks, nor in `recent` what the shopper did not
   * look at; of two pins at one place the first counts.
   */
  pin?: Pin[];
  /** At most so many items of one category; a list may get shorter. Items without category are not counted. */
  categoryCap?: number | CategoryCap;
  /**
   * How much items of a list should differ in content, 0 (default: not at all) to 1. It is 1 - lambda of maximal marginal
   * relevance (Carbonell and Goldstein, 1998): the next item has the largest
   * (1 - diversity) relevance - diversity (similarity to the most similar item above it), relevance in 0..1.
   */
  diversity?: number;
  /**
   * How far items sink that were shown repeatedly without being chosen, 0 (default: not at all) to 1: by
   * rotation * 2 standard deviations * (1 - 2^(-times / 3)). Times count half after 10 choices, and after a day.
   */
  rotation?: number;
  /**
   * How far `for-you` lifts items that nobody in the shop has chosen yet, 0 (not at all) to 2; default: what the shop's log
   * says, else 0.3. What a lift costs the other items is in docs/results/RESULTS.md.
   */
  coldStart?: number;
  /**
   * Whether a page that is loaded again in the same visit shows other items: the first half of the list stays, below it items
   * that earlier pages of the visit showed give way to others. A visit ends with 30 minutes of pause. Needs impressions
   * that outlive the page, so consent. Default false.
   */
  fresh?: boolean;
  /**
   * Whether a list shows `'one'` (default) or `'all'` of the variants of a product, the items of one `group`. The one is, of
   * those that may be listed, in stock and nearest to the shopper's taste; the cheapest where no taste is known. In either case
   * what the shopper owns, dismissed, has in the cart or in view is the product, whichever variant it is.
   */
  variants?: 'one' | 'all';
}

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const integer = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const pushes = v.pipe(
  v.array(
    exactObject({ filter: filterSchema, strength: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(10))) }),
  ),
  v.maxLength(50),
);

const capSchema = exactObject({ max: integer(1, 100), depth: v.optional(integer(1, 50)) });

/** The rules of a request, field by field. */
export const ruleFields = {
  filter: v.optional(filterSchema),
  excludeOutOfStock: v.optional(v.boolean()),
  excludeOwned: v.optional(v.boolean()),
  excludeInCart: v.optional(v.boolean()),
  excludeDismissed: v.optional(v.boolean()),
  excludeRecent: v.optional(integer(0, 1000)),
  repeats: v.optional(v.boolean()),
  boost: v.optional(pushes),
  bury: v.optional(pushes),
  pin: v.optional(v.pipe(v.array(exactObject({ itemId: v.string(), position: integer(0, 99) })), v.maxLength(100))),
  categoryCap: v.optional(
    // Not a union, whose message could not name the field that is wrong.
    v.lazy((cap) => (typeof cap === 'object' ? capSchema : integer(1, 100))),
  ),
  diversity: v.optional(share),
  rotation: v.optional(share),
  coldStart: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
  fresh: v.optional(v.boolean()),
  variants: v.optional(v.picklist(['one', 'all'])),
};

/** The rules of a shop. Unknown names are refused: a rule that is misspelt would go unnoticed. */
export const rulesSchema = exactObject(ruleFields);

/** The shop's rules, replaced by those of a request where it has the same. */
export function mergedRules(shop: Rules, request: Rules): Rules {
  const given = Object.entries(request).filter(([name, rule]) => name in ruleFields && rule !== undefined);
  return { ...shop, ...Object.fromEntries(given) };
}
