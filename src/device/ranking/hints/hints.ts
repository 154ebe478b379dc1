import type { Scored } from '../lists/scored';
import type { FilterCondition, FilterField, FilterValue } from '../rules/filter';

/** A hint for a field: a value, a list of 1 to 50 alternative values, or a condition as in a filter. */
export type HintValue = FilterValue | readonly FilterValue[] | FilterCondition;

/**
 * What the shopper is looking for in this visit, as far as the page knows: `{ category: 'Women', 'attributes.size': ['M',
 * 'L'] }`. Its names are the fields of a filter, at most 20, and `search`: the words of a search, at most 200 characters.
 *
 * Hints raise fitting items in `for-you` and exclude none. They are kept in memory only, and nothing is learned from them.
 */
export type Hints = { search?: string } & { [field in FilterField]?: HintValue };

/** The hints of a visit, applied to one catalogue after some choices. Made by `ranking/hints`, which is loaded late. */
export interface HintedCatalog {
  /** [items] log-odds by which each item fits, at least 0, before any choice. */
  readonly lifts: Float32Array;
  /** Adds them to the scores of a list, as the contribution `hint`. */
  apply(scored: Scored): Scored;
}
