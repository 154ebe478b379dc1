import { kept } from '../common/grouped';
import { categoryPaths } from './item';

/**
 * Co-occurrence of items: for every item, the items that the same shoppers chose near it, with their lift over chance. The
 * entries of item i are at `offsets[i]` to `offsets[i + 1]`.
 */
export interface CooccurrenceTable {
  count: number;
  /** [count + 1] */
  offsets: Uint32Array;
  /** Item rows. */
  rows: Uint32Array;
  /** log(1 + lift), above 0, same length. */
  lifts: Float32Array;
  /**
   * Number of orders with both items, same length; 0 if unknown or below `MIN_SUPPORT`. Absent if no orders were counted.
   */
  support?: Uint16Array;
  /** `shop`: made from the shop's links and orders, smoothed by category. Default: counted from its logs. */
  origin?: 'shop';
}

/**
 * Smallest number of orders that a table reveals. The file is public: a count of one or two would reveal the orders of
 * individual shoppers.
 */
export const MIN_SUPPORT = 3;
/** Largest number of orders that a table stores; it also stands for larger numbers. */
const MAX_SUPPORT = 0xffff;

/**
 * The same table for other items. Entries of items that are gone are left out.
 * @param order row of each item in `table`, each row at most once; -1 for an item that it lacks, which gets no entries
 */
export function pickCooccurrence(table: CooccurrenceTable, order: readonly number[]): CooccurrenceTable {
  const placeOf = new Int32Array(table.count).fill(-1);
  for (const [place, row] of order.entries()) if (row >= 0) placeOf[row] = place;
  const offsets = new Uint32Array(order.length + 1);
  const { rows, lifts, support } = table;
  const kept = new Uint32Array(rows.length);
  let end = 0;
  for (const [place, row] of order.entries()) {
    for (let at = table.offsets[row]; at < table.offsets[row + 1]; at++) if (placeOf[rows[at]] >= 0) kept[end++] = at;
    offsets[place + 1] = end;
  }
  const of = kept.subarray(0, end);
  return {
    ...table,
    count: order.length,
    offsets,
    rows: of.map((at) => placeOf[rows[at]]),
    lifts: new Float32Array(end).map((_, n) => lifts[of[n]]),
    ...(support && { support: new Uint16Array(end).map((_, n) => support[of[n]]) }),
  };
}

/** Maximum distance, in steps, of two choices of one user that count as a pair. */
export const REACH = 30;
/**
 * Weights of pairs are counted in millionths: sums of integers do not depend on the order of summing, so the statements for logs on disk
 * (`shop/logs/sql/pairs.sql`) sum to the same.
 */
const UNIT = 1_000_000;
/** Weight added to an item's pairs before they are compared with chance; it keeps rare items from being overrated. */
const SMOOTHING = 30 * UNIT;

/** The weight of two choices of one user, millionths. @param distance steps between them, 1 to `REACH` */
export const pairWeight = (distance: number): number => Math.round(UNIT / distance);

/** log(1 + lift) of a pair. All weights in millionths. @param own sum of one item's pairs @param other sum of the other's @param total sum of all */
export const logLift = (weight: number, own: number, other: number, total: number): number =>
  Math.log1p((weight / (own + SMOOTHING)) * (total / (other + SMOOTHING)));

/**
 * Counts which items the same users choose near each other. Two choices d steps apart, in either order, count 1 / d up to
 * 30 steps. Needs no features and no compute backend; items without a choice get no co-occurrence.
 * @param count number of items
 * @param sequences choices of each user, as rows of the catalogue, oldest first
 * @param options maximum number of entries per item, to limit the download (default 256), and minimum number of users of a pair (1)
 * @returns for every item the items with the highest log lift, which compares with chance how often both were chosen near each
 *   other: log(1 + n(a, b) N / ((n(a) + 30) (n(b) + 30))), where n are the weights of pairs and N is their sum
 */
export function countCooccurrence(
  count: number,
  sequences: Iterable<ArrayLike<number>>,
  { most = 256, minShoppers = 1 }: { most?: number; minShoppers?: number } = {},
): CooccurrenceTable {
  /** Per item, the weight of its pairs with each other item, and their sum. */
  const pairs = Array.from({ length: count }, () => new Map<number, number>());
  const mass = new Float64Array(count);
  let total = 0;
  /** Number of users of each pair, by `a * count + b`. */
  const users = new Map<number, number>();
  const add = (from: number, to: number, weight: number): void => {
    pairs[from].set(to, (pairs[from].get(to) ?? 0) + weight);
    mass[from] += weight;
    total += weight;
  };
  for (const rows of sequences) {
    const own = new Set<number>();
    for (let later = 1; later < rows.length; later++) {
      for (let distance = 1; distance <= Math.min(REACH, later); distance++) {
        const [a, b] = [rows[later], rows[later - distance]];
        if (a === b) continue;
        add(a, b, pairWeight(distance));
        add(b, a, pairWeight(distance));
        if (minShoppers > 1) own.add(Math.min(a, b) * count + Math.max(a, b));
      }
    }
    for (const pair of own) users.set(pair, (users.get(pair) ?? 0) + 1);
  }
  const isKnown = (a: number, b: number): boolean =>
    minShoppers === 1 || (users.get(Math.min(a, b) * count + Math.max(a, b)) ?? 0) >= minShoppers;
  const offsets = new Uint32Array(count + 1);
  const best = pairs.map((own, row) => {
    const shares = Array.from(own, ([other, weight]) => ({ other, weight, share: weight / (mass[other] + SMOOTHING) }));
    return shares
      .filter(({ other }) => isKnown(row, other))
      .sort((a, b) => b.share - a.share || a.other - b.other)
      .slice(0, most)
      .map(({ other, weight }) => ({ other, lift: logLift(weight, mass[row], mass[other], total) }));
  });
  for (const [row, own] of best.entries()) offsets[row + 1] = offsets[row] + own.length;
  const all = best.flat();
  return {
    count,
    offsets,
    rows: Uint32Array.from(all, ({ other }) => other),
    lifts: Float32Array.from(all, ({ lift }) => lift),
  };
}

/** A link from one item to another, by rows of the catalogue. */
export interface Link {
  from: number;
  to: number;
  /** Above 0; default 1. */
  weight?: number;
}

/** Weight of the category's links, which are added to the item's own links before shares are computed. */
const PRIOR_WEIGHT = 4;
/** Entries kept per item. */
const MAX_LINKS = 64;

/**
 * Co-occurrence from links that a shop curated or that its orders show. An item's own links are smoothed with the links of
 * its category, which gives entries to items with few links, such as new items: share(b | a) = (n(a, b) + 4 share(b |
 * category of a)) / (n(a) + 4), and a category's shares are smoothed likewise with the whole shop's. Items of categories
 * without links get no entries.
 * @param categories of every item
 * @param chance probability of each item to be linked by chance, adding up to 1; default the same for all
 * @returns the table of shares above chance; lifts are log(1 + share / chance)
 */
export function linkCooccurrence(
  links: readonly Link[],
  categories: readonly string[],
  chance: ArrayLike<number> = new Float64Array(categories.length).fill(1 / Math.max(1, categories.length)),
): CooccurrenceTable {
  const newCounts = (): PairCounts => new PairCounts();
  const shop = newCounts();
  const ofCategory = new Map<string, PairCounts>();
  const ofItem = new Map<number, PairCounts>();
  const pathsOf = categories.map(categoryPaths);
  for (const { from, to, weight = 1 } of links) {
    if (from === to) continue;
    shop.add(to, weight);
    kept(ofItem, from, newCounts).add(to, weight);
    for (const path of pathsOf[from]) kept(ofCategory, path, newCounts).add(to, weight);
  }
  const offsets = new Uint32Array(categories.length + 1);
  const rows: number[] = [];
  const lifts: number[] = [];
  for (const [item, paths] of pathsOf.entries()) {
    const own = ofItem.get(item);
    const broad = paths.flatMap((path) => ofCategory.get(path) ?? []);
    const possible = own || broad.length > 0 ? [...shop.items].filter((to) => to !== item) : [];
    const found = possible.map((to) => {
      const whole = shop.share(to, 0);
      const category = broad.reduce((sum, counts) => sum + counts.share(to, whole), 0) / Math.max(1, broad.length);
      const share = own ? own.share(to, broad.length > 0 ? category : whole) : category;
      return { to, ratio: share / chance[to] };
    });
    const best = found
      .filter(({ ratio }) => ratio > 1)
      .sort((a, b) => b.ratio - a.ratio || a.to - b.to)
      .slice(0, MAX_LINKS);
    for (const { to, ratio } of best) {
      rows.push(to);
      lifts.push(Math.log1p(ratio));
    }
    offsets[item + 1] = rows.length;
  }
  return { count: categories.length, offsets, rows: Uint32Array.from(rows), lifts: Float32Array.from(lifts) };
}

class PairCounts {
  readonly #weights = new Map<number, number>();
  #total = 0;

  get items(): Iterable<number> {
    return this.#weights.keys();
  }

  add(to: number, weight: number): void {
    this.#weights.set(to, (this.#weights.get(to) ?? 0) + weight);
    this.#total += weight;
  }

  /** Smoothed share of an item. @param prior its share without any link */
  share(to: number, prior: number): number {
    return ((this.#weights.get(to) ?? 0) + PRIOR_WEIGHT * prior) / (this.#total + PRIOR_WEIGHT);
  }
}

/**
 * Counts the orders that contain both items of each entry of a table.
 * @param least number of orders from which a pair gets its number; at least `MIN_SUPPORT` count
 * @returns one number per entry, as in `CooccurrenceTable`: 0 for fewer
 */
export function countSupport(
  { count, offsets, rows }: Pick<CooccurrenceTable, 'count' | 'offsets' | 'rows'>,
  orders: Iterable<readonly number[]>,
  least = MIN_SUPPORT,
): Uint16Array {
  const entries = new Map<number, number>();
  for (let item = 0; item < count; item++) {
    for (let at = offsets[item]; at < offsets[item + 1]; at++) entries.set(item * count + rows[at], at);
  }
  const counts = new Uint32Array(rows.length);
  for (const order of orders) {
    for (const one of order) {
      for (const other of order) {
        const at = entries.get(one * count + other);
        if (at !== undefined) counts[at]++;
      }
    }
  }
  const shown = Math.max(least, MIN_SUPPORT);
  return Uint16Array.from(counts, (orders) => (orders < shown ? 0 : Math.min(orders, MAX_SUPPORT)));
}
