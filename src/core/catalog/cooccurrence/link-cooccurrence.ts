import { categoryPaths } from '../item';
import { type CooccurrenceTable, MAX_SUPPORT, MIN_SUPPORT } from './cooccurrence-table';

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
  const shop = new PairCounts();
  const ofCategory = new Map<string, PairCounts>();
  const ofItem = new Map<number, PairCounts>();
  const pathsOf = categories.map(categoryPaths);
  for (const { from, to, weight = 1 } of links) {
    if (from === to) continue;
    shop.add(to, weight);
    pairCounts(ofItem, from).add(to, weight);
    for (const path of pathsOf[from]) pairCounts(ofCategory, path).add(to, weight);
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
    const kept = found
      .filter(({ ratio }) => ratio > 1)
      .sort((a, b) => b.ratio - a.ratio || a.to - b.to)
      .slice(0, MAX_LINKS);
    for (const { to, ratio } of kept) {
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

function pairCounts<Key>(byKey: Map<Key, PairCounts>, key: Key): PairCounts {
  let counts = byKey.get(key);
  if (!counts) {
    counts = new PairCounts();
    byKey.set(key, counts);
  }
  return counts;
}

/**
 * Counts the orders that contain both items of each entry of a table.
 * @returns one number per entry, as in `CooccurrenceTable`: 0 for fewer than 3
 */
export function countSupport(
  { count, offsets, rows }: Pick<CooccurrenceTable, 'count' | 'offsets' | 'rows'>,
  orders: Iterable<readonly number[]>,
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
  return Uint16Array.from(counts, (orders) => (orders < MIN_SUPPORT ? 0 : Math.min(orders, MAX_SUPPORT)));
}
