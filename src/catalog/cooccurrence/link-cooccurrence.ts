import { categoryPaths } from '../category';
import type { CompanionTable } from './cooccurrence-table';

/** One item goes with another, so strongly. Rows of the catalogue. */
export interface Link {
  from: number;
  to: number;
  /** Above 0; default 1. */
  weight?: number;
}

/** Links of the category that are added to an item's own before shares are taken. */
const PRIOR = 4;
/** Companions of one item that are kept. */
const MOST = 64;

/**
 * What goes with what, by links that a shop made or that its orders show. An item's own links count most; items with few
 * borrow from those of their category, so that new ones have companions, too:
 * share(b | a) = (n(a, b) + 4 share(b | category of a)) / (n(a) + 4), and the category's shares in the same way from those
 * of the whole shop. Items of categories without any link have none.
 * @param categories of every item
 * @param chance how often each item would be a companion by chance, adding up to 1; default the same for all
 * @returns the table, lifts being log(1 + share / chance), of shares above chance
 */
export function linkCompanions(
  links: readonly Link[],
  categories: readonly string[],
  chance: ArrayLike<number> = new Float64Array(categories.length).fill(1 / Math.max(1, categories.length)),
): CompanionTable {
  const shop = new Tally();
  const ofCategory = new Map<string, Tally>();
  const ofItem = new Map<number, Tally>();
  const pathsOf = categories.map(categoryPaths);
  for (const { from, to, weight = 1 } of links) {
    if (from === to) continue;
    shop.add(to, weight);
    tallyOf(ofItem, from).add(to, weight);
    for (const path of pathsOf[from]) tallyOf(ofCategory, path).add(to, weight);
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
      const category = broad.reduce((sum, tally) => sum + tally.share(to, whole), 0) / Math.max(1, broad.length);
      const share = own ? own.share(to, broad.length > 0 ? category : whole) : category;
      return { to, ratio: share / chance[to] };
    });
    const kept = found
      .filter(({ ratio }) => ratio > 1)
      .sort((a, b) => b.ratio - a.ratio || a.to - b.to)
      .slice(0, MOST);
    for (const { to, ratio } of kept) {
      rows.push(to);
      lifts.push(Math.log1p(ratio));
    }
    offsets[item + 1] = rows.length;
  }
  return { count: categories.length, offsets, rows: Uint32Array.from(rows), lifts: Float32Array.from(lifts) };
}

/** Weights of the items that something is linked to. */
class Tally {
  readonly #weights = new Map<number, number>();
  #total = 0;

  get items(): Iterable<number> {
    return this.#weights.keys();
  }

  add(to: number, weight: number): void {
    this.#weights.set(to, (this.#weights.get(to) ?? 0) + weight);
    this.#total += weight;
  }

  /** Share of an item. @param prior what it would be without any link */
  share(to: number, prior: number): number {
    return ((this.#weights.get(to) ?? 0) + PRIOR * prior) / (this.#total + PRIOR);
  }
}

function tallyOf<Key>(tallies: Map<Key, Tally>, key: Key): Tally {
  let tally = tallies.get(key);
  if (!tally) {
    tally = new Tally();
    tallies.set(key, tally);
  }
  return tally;
}
