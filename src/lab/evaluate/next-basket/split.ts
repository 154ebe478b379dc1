import type { LogEvent } from '../../../shop/logs';
import { basketEnd } from '../../../shop/training/interactions';
import type { ChoiceHistory } from '../leave-one-out/split';
import { shoppersOf } from '../shoppers';

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
    const ends = ordersOf(times);
    const last = ends.at(-2);
    if (last === undefined) return [];
    const history = {
      rows: Int32Array.from(rows.slice(0, last)),
      times: Float64Array.from(times.slice(0, last)),
      next: times[last],
    };
    return [{ history, basket: [...new Set(rows.slice(last))] }];
  });
}

/** The end of each order. */
function ordersOf(times: readonly number[]): number[] {
  const ends: number[] = [];
  for (let end = 0; end < times.length; ends.push(end)) end = basketEnd(times, end);
  return ends;
}

/** The orders of a history, oldest first, each with different rows. */
export function basketsOf({ rows, times }: ChoiceHistory): number[][] {
  const ends = ordersOf([...times]);
  return ends.map((end, n) => [...new Set(rows.subarray(n === 0 ? 0 : ends[n - 1], end))]);
}
