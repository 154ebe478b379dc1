import * as v from 'valibot';
import { categoryPaths, type Item } from '../../../core/catalog';
import { exactObject } from '../../../core/common/schema';
import { filterSchema, itemFilter } from './filter';

export const RULES_FILE = 'rules.json';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const factor = v.pipe(v.number(), v.finite(), v.minValue(0));
const integer = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

const pushSchema = exactObject({
  filter: filterSchema,
  /**
   * Strength in standard deviations of the scores of all items that the list may contain, above 0 up to 10; default 1. It is
   * added (`boost`) or taken away (`bury`), never multiplied: scores may be negative, and their range differs by placement.
   */
  strength: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(10))),
});
const pushes = v.optional(v.pipe(v.array(pushSchema), v.maxLength(50)));

/** Raises (`boost`) or lowers (`bury`) the items that a filter fits. */
export interface Push extends v.InferOutput<typeof pushSchema> {}

const pinSchema = exactObject({
  itemId: v.string(),
  /** 0-based. */
  position: integer(0, 99),
});

/** Puts an item at a fixed position. */
export interface Pin extends v.InferOutput<typeof pinSchema> {}

const capSchema = exactObject({
  /** 1 or more. */
  max: integer(1, 100),
  /** Levels of the category path that count: 1 is the broadest. Default: the whole path. */
  depth: v.optional(integer(1, 50)),
});

/** At most `max` items of one category. */
export interface CategoryCap extends v.InferOutput<typeof capSchema> {}

/** A field that items of a set are compared by: the category, or an attribute. */
export type SetField = 'category' | `attributes.${string}`;

/** Reads the values of a field, empty for an item without one. @param depth levels of the category that count; default: all */
export function fieldReader(
  field: SetField,
  depth?: number,
): (item: Pick<Item, 'category' | 'attributes'>) => string[] {
  if (field === 'category') {
    return ({ category }) => categoryPaths(category).map((path) => path.split('/').slice(0, depth).join('/'));
  }
  const name = field.slice('attributes.'.length);
  return ({ attributes }) => (Object.hasOwn(attributes, name) ? [attributes[name]].flat().map(String) : []);
}

const setField = v.custom<SetField>(
  (field) => typeof field === 'string' && (field === 'category' || /^attributes\../.test(field)),
  'must be "category" or "attributes.<name>"',
);

const setSchema = exactObject({
  /**
   * At most one item of each value of this field, and none of a value in view: with `category`, no second pair of shoes. Items
   * without a value are left out.
   */
  onePer: setField,
  /** Levels of the category that count for `onePer`, 1 to 50: 1 is the broadest. Default: the whole path. */
  depth: v.optional(integer(1, 50)),
  /**
   * Fields in which an item shares a value with the items in view, such as `attributes.gender`; `category` compares the
   * department, its first level. A field that no item in view has does not count. At most 10.
   */
  same: v.optional(v.pipe(v.array(setField), v.maxLength(10))),
  /** The lowest and the highest price, as multiples of the mean price of the items in view: `[0.5, 2]`. Default: any. */
  price: v.optional(
    v.pipe(
      v.tuple([factor, factor]),
      v.check(([from, to]) => from <= to, 'must not begin above its end'),
    ),
  ),
});

/** How items complete a set with the items in view. */
export interface SetRule extends v.InferOutput<typeof setSchema> {}

export const ruleFields = {
  /** List only items that it fits. */
  filter: v.optional(filterSchema),
  /** Default true. */
  excludeOutOfStock: v.optional(v.boolean()),
  /**
   * Leave out items that the shopper bought. Default true, except for `recent`, `again`, and items that the rule `repeats`
   * admits. If the shop sets it to true, it overrides that rule.
   */
  excludeOwned: v.optional(v.boolean()),
  /** Leave out items in the cart. Default true, except for `recent`. */
  excludeInCart: v.optional(v.boolean()),
  /** Leave out items that the shopper dismissed. Default true. */
  excludeDismissed: v.optional(v.boolean()),
  /**
   * Number of the shopper's last choices to leave out of `for-you`, 0 to 1000. Default 40: an item that was viewed, put in
   * the cart or bought returns after 40 choices of other items. Consecutive events on one item are one choice. Other
   * placements still list the item.
   */
  excludeRecent: v.optional(integer(0, 1000)),
  /**
   * Whether `for-you` may contain products that the shopper bought on earlier visits, ranked among the others by how often and how
   * lately they were bought. True: all of them. False: none. Default: in proportion to the share of repeat purchases in the shop's
   * log, if 10 % or more are repeats. No effect if less than 5 % are, or if the bundle has no data from a log.
   */
  repeats: v.optional(v.boolean()),
  boost: pushes,
  bury: pushes,
  /**
   * Items at fixed positions, regardless of filter and scores. Excluded items (sold out, owned, in the cart, dismissed, in
   * view) are not pinned, nor are items that the catalogue lacks, nor, in `recent`, items that the shopper did not look at.
   * If two pins name the same place, the first counts.
   */
  pin: v.optional(v.pipe(v.array(pinSchema), v.maxLength(100))),
  /** Maximum number of items of one category; a list may get shorter. Items without a category are not counted. */
  categoryCap: v.optional(
    // Not a union, because its message could not name the invalid field.
    v.lazy((cap) => (typeof cap === 'object' ? capSchema : integer(1, 100))),
  ),
  /**
   * Part of the places of `for-you` that departments get in proportion to the visit's last 20 choices, of which later ones count
   * more: 0 (none, the scores decide) to 1. Of the first n places, a department has at least tastes * n times its share of these
   * choices. Default 0.5.
   */
  tastes: v.optional(share),
  /**
   * How much items of a list should differ in content, 0 (default: not at all) to 1. It is 1 - lambda of maximal marginal
   * relevance (Carbonell and Goldstein, 1998): the next item has the largest
   * (1 - diversity) relevance - diversity (similarity to the most similar item above it), relevance in 0..1.
   */
  diversity: v.optional(share),
  /**
   * How far items sink after they were shown repeatedly without being chosen, 0 (default: not at all) to 1: by rotation * 2
   * standard deviations * (1 - 2^(-times / 3)). An impression counts half after 10 choices, and after a day.
   */
  rotation: v.optional(share),
  /**
   * How far `for-you` lifts items that nobody in the shop has chosen yet, 0 (not at all) to 2. Default: the value fitted to
   * the shop's log, else 0.3. For the cost of a lift to the other items, see docs/results/RESULTS.md.
   */
  coldStart: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
  /**
   * Whether a page that is reloaded in the same visit shows other items: the first half of the list stays; below it, items
   * that earlier pages of the visit showed are replaced. A visit ends after a pause of 30 minutes. Requires consent, because
   * impressions must outlive the page. Default false.
   */
  fresh: v.optional(v.boolean()),
  /**
   * Whether a list shows `'one'` (default) or `'all'` of the variants of a product, the items of one `group`. `'one'` shows
   * the listable variant that is in stock and nearest to the shopper's preferences, or the cheapest if those are unknown. In
   * either case, owning, dismissing, putting in the cart or viewing one variant counts for the whole product.
   */
  variants: v.optional(v.picklist(['one', 'all'])),
  /**
   * Makes `complement` complete a set with the items in view, such as an outfit: first items that others chose with them, then
   * items of the same style. If no item fits, the list is empty. No effect on other placements. Default: no set.
   */
  set: v.optional(setSchema),
};

/** The rules of a shop. Unknown names are refused, because a misspelt rule would go unnoticed. */
export const rulesSchema = exactObject(ruleFields);

/**
 * Rules of the shop that override the ranking: of one request, or of all requests in `createRecommender({ rules })`. A
 * rule of a request replaces the shop's rule of the same name.
 */
export interface Rules extends v.InferOutput<typeof rulesSchema> {}

/** The shop's rules; a request's rules replace rules with the same names. */
export function mergedRules(shop: Rules, request: Rules): Rules {
  const given = Object.entries(request).filter(([name, rule]) => name in ruleFields && rule !== undefined);
  return { ...shop, ...Object.fromEntries(given) };
}

/** Summed strength of the pushes whose filter fits an item. */
export function strengthOf(pushes: readonly Push[]): (item: Item) => number {
  const tests = pushes.map(({ filter, strength = 1 }) => ({ fits: itemFilter(filter), strength }));
  return (item) => tests.reduce((sum, { fits, strength }) => (fits(item) ? sum + strength : sum), 0);
}
