import type { CatalogIndex } from '../../device/ranking';
import { endOfPast, type LogEvent } from '../../shop/logs';
import type { Shopper } from '../../shop/training';

export type { Shopper };

/** Events up to a moment, and the shoppers who came after it. */
export interface ColdSplit {
  /** First moment of the later part. */
  since: number;
  /** Events before `since`. */
  past: LogEvent[];
  /** Shoppers without an event before `since` and with at least `minEvents` after it, by their first event. */
  cold: Shopper[];
}

/**
 * Splits a log by time to obtain shoppers that a model of the past has never seen.
 * @param share share of the events that is the past, 0..1
 * @param rowOf row of an item id; events on other items are left out
 */
export function coldShoppers(
  events: readonly LogEvent[],
  share: number,
  minEvents: number,
  rowOf: ReadonlyMap<string, number>,
): ColdSplit {
  const since = endOfPast(events, share);
  const past = events.filter(({ time }) => time < since);
  const known = new Set(past.map(({ user }) => user));
  const later = events.filter(({ user, time }) => time >= since && !known.has(user));
  return { since, past, cold: shoppersOf(later, rowOf).filter(({ rows }) => rows.length >= minEvents) };
}

/** The shoppers of the past, some of whom judge models learned from the rest. */
export interface PastSplit {
  others: Shopper[];
  judges: Shopper[];
}

/** One in this many shoppers with enough events is a judge. */
const FOLDS = 5;
/** Maximum number of judges. */
const MAX_JUDGES = 40;

/**
 * Holds out every fifth shopper with enough events as a new shopper. Few shoppers arrive late in the past and have that many
 * events, and settings chosen on a handful of them would be chosen by chance.
 * @param events sorted by time
 * @param rowOf row of an item id; events on other items are left out
 * @param minEvents of a judge
 */
export function pastShoppers(
  events: readonly LogEvent[],
  rowOf: ReadonlyMap<string, number>,
  minEvents: number,
): PastSplit {
  const all = shoppersOf(events, rowOf);
  const able = all.filter(({ rows }) => rows.length >= minEvents);
  const step = Math.max(FOLDS, Math.ceil(able.length / MAX_JUDGES));
  const judges = able.filter((_, n) => n % step === step - 1);
  const held = new Set(judges);
  return { others: all.filter((shopper) => !held.has(shopper)), judges };
}

/** All shoppers of some events, by their first one. */
export function shoppersOf(events: readonly LogEvent[], rowOf: ReadonlyMap<string, number>): Shopper[] {
  const shoppers = new Map<string, Shopper>();
  for (const { user, item, time } of events) {
    const row = rowOf.get(item);
    if (row === undefined) continue;
    const own = shoppers.get(user) ?? { id: user, rows: [], times: [] };
    shoppers.set(user, own);
    own.rows.push(row);
    own.times.push(time);
  }
  return [...shoppers.values()];
}

/** Number of compared events of a shopper. */
const EVENTS = 80;

/** Feature rows by which shoppers are compared. */
interface Traits {
  width: number;
  /** Adds the row of an item to a sum of width `width`. */
  add(sum: Float64Array, row: number, weight: number): void;
}

/**
 * Similarity of the choices of two shoppers, -1 to 1: mean of the cosines of their content and of their categories, each
 * relative to the choices of all shoppers.
 * @param popularity [count] choices of each item by all shoppers
 */
export function shopperSimilarity(
  { content, categories }: Pick<CatalogIndex, 'content' | 'categories'>,
  popularity: Float32Array,
): (x: Shopper, y: Shopper) => number {
  const traits: Traits[] = [
    {
      width: content.width,
      add(sum, row, weight) {
        for (let d = 0; d < sum.length; d++) sum[d] += weight * content.values[row * content.width + d];
      },
    },
    {
      width: categories.names.length,
      add(sum, row, weight) {
        for (const id of categories.ofItem[row]) sum[id] += weight;
      },
    },
  ];
  const usual = traits.map((trait) => meanOf(trait, [...popularity.keys()], popularity));
  const known = new Map<Shopper, Float64Array[]>();
  const traitsOf = (shopper: Shopper): Float64Array[] => {
    const found = known.get(shopper) ?? traits.map((trait, t) => difference(trait, shopper, usual[t]));
    known.set(shopper, found);
    return found;
  };
  return (x, y) => {
    const others = traitsOf(y);
    return traitsOf(x).reduce((sum, own, t) => sum + cosine(own, others[t]) / traits.length, 0);
  };
}

function difference(trait: Traits, { rows }: Shopper, usual: Float64Array): Float64Array {
  const first = rows.slice(0, EVENTS);
  return meanOf(trait, first, new Float32Array(first.length).fill(1)).map((value, d) => value - usual[d]);
}

function meanOf({ width, add }: Traits, rows: readonly number[], weights: Float32Array): Float64Array {
  const sum = new Float64Array(width);
  const total = weights.reduce((all, weight) => all + weight, 0);
  for (const [n, row] of rows.entries()) if (weights[n] > 0) add(sum, row, weights[n] / total);
  return sum;
}

function cosine(a: Float64Array, b: Float64Array): number {
  const length = Math.hypot(...a) * Math.hypot(...b);
  return length > 0 ? a.reduce((sum, value, d) => sum + value * b[d], 0) / length : 0;
}
