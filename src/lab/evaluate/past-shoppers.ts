import type { LogEvent } from '../../shop/logs';
import type { Shopper } from './shoppers';

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
