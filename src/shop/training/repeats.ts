import { categoryPrefixes, type Repeats } from '../../core/catalog';
import type { Interaction } from './interactions';

/** Purchases of one item within this time count as one purchase, ms: the pause that ends a visit. */
const VISIT = 30 * 60 * 1000;
const DAY = 24 * 3600 * 1000;
/** Minimum number of repeats for an item, or a category, to have its own interval. */
const [MIN_OF_ITEM, MIN_OF_CATEGORY] = [5, 20];
/** Minimum number of purchases for a category to have its own share. */
const MIN_PURCHASES = 100;
/** Number of purchases at the category's share that are added to an item's own. */
const PRIOR = 5;

/** Purchases of an item or a category. */
interface Purchases {
  count: number;
  /** Days since the previous purchase, for the repeats. */
  gaps: number[];
}

/**
 * How the shoppers of a log buy items again; undefined if nobody bought an item twice.
 * @param purchases sorted by time; not views or clicks, whose repetition means less
 */
export function repeatsOf(purchases: readonly Interaction[], categories: readonly string[]): Repeats | undefined {
  const all: Purchases = { count: 0, gaps: [] };
  const ofItem = categories.map((): Purchases => ({ count: 0, gaps: [] }));
  const ofCategory = new Map<string, Purchases>();
  const prefixes = categories.map(categoryPrefixes);
  const last = new Map<string, number>();
  for (const { user, row, time } of purchases) {
    const key = `${row} ${user}`;
    const before = last.get(key);
    last.set(key, time);
    if (before !== undefined && time - before <= VISIT) continue;
    for (const name of prefixes[row]) if (!ofCategory.has(name)) ofCategory.set(name, { count: 0, gaps: [] });
    for (const counted of [all, ofItem[row], ...prefixes[row].flatMap((name) => ofCategory.get(name) ?? [])]) {
      counted.count++;
      if (before !== undefined) counted.gaps.push((time - before) / DAY);
    }
  }
  if (all.gaps.length === 0) return undefined;
  const medians = new Map<Purchases, number>();
  const intervalOf = (known: Purchases): number => {
    const found = medians.get(known) ?? median(known.gaps);
    medians.set(known, found);
    return found;
  };
  /** The values of the narrowest category of an item that has them, otherwise the shop's values. */
  const wider = (row: number, fits: (known: Purchases) => boolean): Purchases =>
    prefixes[row].map((name) => ofCategory.get(name)).findLast((known) => known && fits(known)) ?? all;
  return {
    share: all.gaps.length / all.count,
    interval: intervalOf(all),
    shares: Float32Array.from(ofItem, ({ count, gaps }, row) => {
      const usual = wider(row, (known) => known.count >= MIN_PURCHASES);
      return (gaps.length + (PRIOR * usual.gaps.length) / usual.count) / (count + PRIOR);
    }),
    intervals: Float32Array.from(ofItem, (own, row) =>
      intervalOf(own.gaps.length >= MIN_OF_ITEM ? own : wider(row, (known) => known.gaps.length >= MIN_OF_CATEGORY)),
    ),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return (sorted[Math.floor(at)] + sorted[Math.ceil(at)]) / 2;
}
