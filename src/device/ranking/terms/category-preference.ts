import { type CatalogStatistics, categoryPaths, categoryPrefixes, type Item } from '../../../core/catalog';
import { kept } from '../../../core/common/grouped';

/** For each item, the ids of its category and of every broader one: `Food/Fruit` also belongs to `Food`. */
export interface CategoryIndex {
  /** Ids per item, from broad to narrow; empty without a category. Items of one category share a list. */
  ofItem: readonly (readonly number[])[];
  /** The distinct lists of `ofItem`, and the index of each item's list. */
  paths: readonly (readonly number[])[];
  pathOf: Uint32Array;
  baseRate: Float64Array;
  names: string[];
  departments: DepartmentIndex;
}

/** The department of each item: the top of its category path, and its attribute `gender`. */
interface DepartmentIndex {
  /** Department of each item; -1 for an item without a gender whose category has one level. */
  ofItem: Int32Array;
  baseRate: Float64Array;
}

/** Values of `gender` that set no item apart. */
const ANY_GENDER = ['', 'unisex'];

function departmentIndex(items: readonly Pick<Item, 'category' | 'attributes'>[]): DepartmentIndex {
  const ids = new Map<string, number>();
  const known = new Map<string, number>();
  const counts: number[] = [];
  const idOf = (category: string, gender: string): number => {
    const tops = categoryPaths(category).flatMap((path) => (path.includes('/') ? [path.split('/')[0]] : []));
    const names = ANY_GENDER.includes(gender) ? tops : [...tops, gender];
    if (names.length === 0) return -1;
    return kept(ids, JSON.stringify(names), () => counts.push(0) - 1);
  };
  const ofItem = Int32Array.from(items, ({ category, attributes }) => {
    const gender = typeof attributes.gender === 'string' ? attributes.gender.toLowerCase() : '';
    // Many items share a category and a gender.
    const id = kept(known, `${gender}\n${category}`, () => idOf(category, gender));
    if (id >= 0) counts[id]++;
    return id;
  });
  return { ofItem, baseRate: Float64Array.from(counts, (count) => count / items.length) };
}

/**
 * Category ids of some items.
 * @param statistics of the whole catalogue, which has all of these items or more. Items that it does not count, such as those that a
 *   device added, may have additional categories
 */
export function categoryIndex(
  items: readonly Pick<Item, 'category' | 'attributes'>[],
  statistics: Pick<CatalogStatistics, 'count' | 'categories'>,
): CategoryIndex {
  const names = statistics.categories.map(([name]) => name);
  const counts = statistics.categories.map(([, count]) => count);
  const ids = new Map(names.map((name, id) => [name, id]));
  const places = new Map<string, number>();
  const paths: number[][] = [];
  const idOf = (name: string): number =>
    kept(ids, name, () => {
      counts.push(1);
      return names.push(name) - 1;
    });
  const placeOf = (category: string): number =>
    kept(places, category, () => paths.push(categoryPrefixes(category).map(idOf)) - 1);
  const pathOf = Uint32Array.from(items, ({ category }) => placeOf(category));
  const baseRate = Float64Array.from(counts, (n) => n / Math.max(1, statistics.count));
  const ofItem = Array.from(pathOf, (place) => paths[place]);
  return { ofItem, paths, pathOf, baseRate, names, departments: departmentIndex(items) };
}

/** Weight of the catalogue's base rate against the shopper's events, in events. */
const PRIOR_EVENTS = 3;
/**
 * Weight of the shop's tree of categories after the first choice: the tree is the best guess about a shopper of whom little is
 * known. Later, experts learn the tastes within departments and across them.
 */
const TREE_WEIGHT = 12;
/** Number of choices that the weight counts in addition to the shopper's, so that it falls slowly at first. */
const KNOWN_CHOICES = 12;

/**
 * Preference of a history for each item's categories: log of (smoothed share in the history / share in the catalogue),
 * averaged over the levels of the path. 0 without history or category. For an item of a department, the same mean with the
 * department as two further levels is added, with a weight of 12 (13 / (12 + choices))^4: 12 after the first choice, 3 after six.
 * @param rows item indices of the history
 * @param weights strength of each event; one of 0 does not count
 * @param leansOnTree whether departments count more after few choices. A shop with a log knows better what is chosen next
 * @returns the preference for the item of a row
 */
export function categoryPreference(
  { ofItem, paths, pathOf, baseRate, departments }: CategoryIndex,
  rows: ArrayLike<number>,
  weights: ArrayLike<number>,
  leansOnTree = true,
): (row: number) => number {
  const logOdds = logOddsOf(baseRate, rows, weights, (row) => ofItem[row]);
  const known = new Float32Array(paths.length).fill(Number.NaN);
  const ofPath = (at: number): number => {
    const ids = paths[at];
    if (Number.isNaN(known[at])) known[at] = ids.reduce((sum, id) => sum + logOdds(id), 0) / Math.max(1, ids.length);
    return known[at];
  };
  if (!leansOnTree) return (row) => ofPath(pathOf[row]);
  const ofDepartment = logOddsOf(departments.baseRate, rows, weights, (row) => {
    const department = departments.ofItem[row];
    return department < 0 ? [] : [department];
  });
  const choices = Array.from(weights).filter((weight) => weight > 0).length;
  const treeWeight = TREE_WEIGHT * ((KNOWN_CHOICES + 1) / (KNOWN_CHOICES + Math.max(1, choices))) ** 4;
  return (row) => {
    const own = ofPath(pathOf[row]);
    const department = departments.ofItem[row];
    if (department < 0) return own;
    const levels = ofItem[row].length;
    return own + (treeWeight * (levels * own + 2 * ofDepartment(department))) / (levels + 2);
  };
}

/** For each id, log of (smoothed share of the events / base rate). @param idsOf ids of an event's item */
function logOddsOf(
  baseRate: Float64Array,
  rows: ArrayLike<number>,
  weights: ArrayLike<number>,
  idsOf: (row: number) => readonly number[],
): (id: number) => number {
  const mass = new Float64Array(baseRate.length);
  let total = 0;
  for (let n = 0; n < rows.length; n++) {
    total += weights[n];
    for (const id of idsOf(rows[n])) mass[id] += weights[n];
  }
  return (id) => Math.log((mass[id] + PRIOR_EVENTS * baseRate[id]) / (total + PRIOR_EVENTS) / baseRate[id]);
}
