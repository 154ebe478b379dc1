import { type CatalogStatistics, categoryCounts, categoryPrefixes } from '../../../core/catalog';

/** For each item, the ids of its category and of every broader one: `Food/Fruit` also belongs to `Food`. */
export interface CategoryIndex {
  /** Ids per item, from broad to narrow; empty without a category. Items of one category share a list. */
  ofItem: readonly (readonly number[])[];
  /** The distinct lists of `ofItem`, and the index of each item's list. */
  paths: readonly (readonly number[])[];
  pathOf: Uint32Array;
  /** Share of the catalogue's items in each category id. */
  baseRate: Float64Array;
  names: string[];
}

/**
 * Category ids of some items.
 * @param categories one per item
 * @param statistics of the whole catalogue, which has all of these items or more; default of these items. Items that it
 *   does not count, such as those that a device added, may have additional categories
 */
export function categoryIndex(
  categories: string[],
  statistics: Pick<CatalogStatistics, 'count' | 'categories'> = {
    count: categories.length,
    categories: categoryCounts(categories),
  },
): CategoryIndex {
  const names = statistics.categories.map(([name]) => name);
  const counts = statistics.categories.map(([, count]) => count);
  const ids = new Map(names.map((name, id) => [name, id]));
  const places = new Map<string, number>();
  const paths: number[][] = [];
  const pathOf = Uint32Array.from(categories, (category) => {
    const known = places.get(category);
    if (known !== undefined) return known;
    const path = categoryPrefixes(category).map((name) => {
      let id = ids.get(name);
      if (id === undefined) {
        id = names.length;
        ids.set(name, id);
        names.push(name);
        counts.push(1);
      }
      return id;
    });
    places.set(category, paths.length);
    return paths.push(path) - 1;
  });
  const baseRate = Float64Array.from(counts, (n) => n / Math.max(1, statistics.count));
  return { ofItem: Array.from(pathOf, (place) => paths[place]), paths, pathOf, baseRate, names };
}

/** Weight of the catalogue's base rate against the shopper's events, in events. */
const PRIOR_EVENTS = 3;

/**
 * Preference of a history for each item's categories: log of (smoothed share in the history / share in the catalogue),
 * averaged over the levels of the path. 0 without history or category.
 * @param rows item indices of the history
 * @param weights strength of each event, 0 or more
 * @returns one value per item
 */
export function categoryPreference(
  index: CategoryIndex,
  rows: ArrayLike<number>,
  weights: ArrayLike<number>,
): Float32Array {
  const { ofItem, paths, pathOf, baseRate } = index;
  const mass = new Float64Array(baseRate.length);
  let total = 0;
  for (let n = 0; n < rows.length; n++) {
    total += weights[n];
    for (const id of ofItem[rows[n]]) mass[id] += weights[n];
  }
  const logOdds = new Float64Array(baseRate.length);
  for (let id = 0; id < logOdds.length; id++) {
    const share = (mass[id] + PRIOR_EVENTS * baseRate[id]) / (total + PRIOR_EVENTS);
    logOdds[id] = Math.log(share / baseRate[id]);
  }
  const ofPath = paths.map((ids) => {
    if (ids.length === 0) return 0;
    let sum = 0;
    for (const id of ids) sum += logOdds[id];
    return sum / ids.length;
  });
  const out = new Float32Array(pathOf.length);
  for (let row = 0; row < out.length; row++) out[row] = ofPath[pathOf[row]];
  return out;
}
