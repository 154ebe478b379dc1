import type { LogEvent } from '../../../shop/logs';
import { type ChoiceHistory, firstChoices, historyOf } from '../leave-one-out/split';
import { basketsIn, shoppersOf } from '../shoppers';

/** A shopper whose last order is to be foretold. */
export interface BasketCase {
  /** All earlier lines; those of one time are one order. */
  history: ChoiceHistory;
  /** Rows of the last order, all different. */
  basket: number[];
}

/**
 * Splits off the last order of every shopper with two or more. Lines of one time are one order.
 * @param events sorted by time
 * @param rowOf row of an item id; events on other items are left out
 */
export function nextBaskets(events: readonly LogEvent[], rowOf: ReadonlyMap<string, number>): BasketCase[] {
  return shoppersOf(events, rowOf).flatMap(({ rows, times }) => {
    const last = basketsIn(times).at(-1)?.start ?? 0;
    if (last === 0) return [];
    return [{ history: firstChoices(historyOf(rows, times), last), basket: [...new Set(rows.slice(last))] }];
  });
}

/** The orders of a history, oldest first, each with different rows. */
export const basketsOf = ({ rows, times }: ChoiceHistory): number[][] =>
  basketsIn([...times]).map(({ start, end }) => [...new Set(rows.subarray(start, end))]);
