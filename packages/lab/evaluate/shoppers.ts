import { kept } from '../../../src/core/common/grouped';
import type { CatalogIndex } from '../../../src/device/ranking';
import { endOfPast, type LogEvent } from '../../shop/logs';
import type { Shopper } from '../../shop/training';
import { basketEnd } from '../../shop/training/interactions';

export type { Shopper };

/**
 * Splits a log by time to obtain shoppers that a model of the past has never seen.
 * @param share share of the events that is the past, 0..1
 * @param rowOf row of an item id; events on other items are left out
 * @returns the events of the earlier part, and by their first event the shoppers who have none in it and at least `minEvents` after it
 */
export function coldShoppers(
  events: readonly LogEvent[],
  share: number,
  minEvents: number,
  rowOf: ReadonlyMap<string, number>,
): { past: LogEvent[]; cold: Shopper[] } {
  const since = endOfPast(events, share);
  const past = events.filter(({ time }) => time < since);
  const known = new Set(past.map(({ user }) => user));
  const later = events.filter(({ user, time }) => time >= since && !known.has(user));
  return { past, cold: shoppersOf(later, rowOf).filter(({ rows }) => rows.length >= minEvents) };
}

/** One in this many shoppers with enough events is a judge. */
const FOLDS = 5;
/** Maximum number of judges. */
const MAX_JUDGES = 40;

/**
 * Holds out every fifth shopper with enough events as a new shopper. Few shoppers arrive late in the past and have that many
 * events, and settings chosen on a handful of them would be chosen by chance. They judge models learned from the others.
 * @param events sorted by time
 * @param rowOf row of an item id; events on other items are left out
 * @param minEvents of a judge
 */
export function pastShoppers(
  events: readonly LogEvent[],
  rowOf: ReadonlyMap<string, number>,
  minEvents: number,
): { others: Shopper[]; judges: Shopper[] } {
  const all = shoppersOf(events, rowOf);
  const able = all.filter(({ rows }) => rows.length >= minEvents);
  const step = Math.max(FOLDS, Math.ceil(able.length / MAX_JUDGES));
  const judges = able.filter((_, n) => n % step === step - 1);
  const held = new Set(judges);
  return { others: all.filter((shopper) => !held.has(shopper)), judges };
}

/** The baskets of a stream in order: the position of the first event of each, and the one after its last. */
export function basketsIn(times: readonly number[]): { start: number; end: number }[] {
  const baskets: { start: number; end: number }[] = [];
  for (let start = 0; start < times.length; start = basketEnd(times, start))
    baskets.push({ start, end: basketEnd(times, start) });
  return baskets;
}

/** All shoppers of some events, by their first one. */
export function shoppersOf(events: readonly LogEvent[], rowOf: ReadonlyMap<string, number>): Shopper[] {
  const shoppers = new Map<string, Shopper>();
  for (const { user, item, time } of events) {
    const row = rowOf.get(item);
    if (row === undefined) continue;
    const own = kept(shoppers, user, (): Shopper => ({ id: user, rows: [], times: [] }));
    own.rows.push(row);
    own.times.push(time);
  }
  return [...shoppers.values()];
}

/** Number of compared events of a shopper. */
const EVENTS = 80;

/**
 * Similarity of the choices of two shoppers, -1 to 1: mean of the cosines of their content and of their categories, each
 * relative to the choices of all shoppers.
 * @param popularity [count] choices of each item by all shoppers
 */
export function shopperSimilarity(
  { content, categories }: Pick<CatalogIndex, 'content' | 'categories'>,
  popularity: Float32Array,
): (x: Shopper, y: Shopper) => number {
  /** Weighted means of the content and of the categories of some items. */
  const traitsOf = (rows: readonly number[], weightOf: (row: number) => number): Float64Array[] => {
    const traits = [content.width, categories.names.length].map((width) => new Float64Array(width));
    const total = rows.reduce((all, row) => all + weightOf(row), 0);
    for (const row of rows) {
      const weight = weightOf(row) / total;
      for (let d = 0; d < content.width; d++) traits[0][d] += weight * content.values[row * content.width + d];
      for (const id of categories.ofItem[row]) traits[1][id] += weight;
    }
    return traits;
  };
  const usual = traitsOf([...popularity.keys()], (row) => popularity[row]);
  const known = new Map<Shopper, Float64Array[]>();
  const ownOf = (shopper: Shopper): Float64Array[] =>
    kept(known, shopper, () =>
      traitsOf(shopper.rows.slice(0, EVENTS), () => 1).map((trait, t) => trait.map((value, d) => value - usual[t][d])),
    );
  return (x, y) => {
    const [own, others] = [ownOf(x), ownOf(y)];
    return own.reduce((sum, trait, t) => sum + cosine(trait, others[t]) / own.length, 0);
  };
}

function cosine(a: Float64Array, b: Float64Array): number {
  const length = Math.hypot(...a) * Math.hypot(...b);
  return length > 0 ? a.reduce((sum, value, d) => sum + value * b[d], 0) / length : 0;
}
