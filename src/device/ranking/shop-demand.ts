import { type Demand, demandSums } from '../../core/catalog';
import { type ShopperRecord, VISIT_PAUSE } from '../../core/events';
import type { Repeatable } from './placement';

/** Minimum share of repeats among a shop's purchases; below it, `again` is empty. */
const MIN_SHARE = 0.05;
/** Share from which `for-you` includes repeats: one place in ten is then one. */
const FOR_YOU_SHARE = 0.1;

/** The data of lists from the shop's log, for the bundle's items in their order; items after them, and rows that are NaN, are unknown. */
export class ShopDemand {
  constructor(private readonly demand: Demand) {}

  /**
   * Current sales: log((x + 1) / (mean + 1)) of the recency-weighted choices x, 0 for an unknown item.
   * @returns [count]
   */
  trend(count: number): Float32Array {
    const { recent } = this.demand;
    const sums = demandSums(this.demand);
    const mean = sums.recent / sums.count;
    const of = (row: number): number => (recent[row] >= 0 ? recent[row] : mean);
    return Float32Array.from({ length: count }, (_, row) => Math.log((of(row) + 1) / (mean + 1)));
  }

  /**
   * Items that the shopper bought on earlier visits and may buy again, the most often bought first; null in a shop where less than
   * 5 % of the purchases are repeats.
   * @param now milliseconds since the epoch
   * @param limit of the list
   * @param rule `repeats` of the request
   * @param weight of the frequency, as `train` fitted it
   */
  repeatable(
    purchases: ShopperRecord['purchases'],
    now: number,
    limit: number,
    rule?: boolean,
    weight = FREQUENCY_WEIGHT,
  ): Repeatable | null {
    const { repeats = 0 } = this.demand;
    if (repeats < MIN_SHARE) return null;
    const earlier = new Map(
      [...purchases].filter(([, times]) => Math.abs(now - times[times.length - 1]) > VISIT_PAUSE),
    );
    const gains = [...frequencies(earlier)].map(([row, value]): [number, number] => [
      row,
      weight * frequencyTerm(value),
    ]);
    const share = repeats < FOR_YOU_SHARE ? 0 : Math.max(1, Math.round(repeats * limit));
    return {
      gains: new Map(gains.sort((a, b) => b[1] - a[1])),
      places: rule === undefined ? share : rule ? Number.POSITIVE_INFINITY : 0,
    };
  }
}

/** Weight of the frequency where no log fitted one: that of popularity is about half. */
export const FREQUENCY_WEIGHT = 1.3;
/** Factor by which each later order of the shopper lessens what a purchase counts. */
const ORDER_FADING = 0.9;

/**
 * How often the shopper bought each item, each purchase .9^(orders since).
 * @param purchases times of purchases by row; those of one time are one order
 */
export function frequencies(purchases: ShopperRecord['purchases']): Map<number, number> {
  const orders = [...new Set([...purchases.values()].flat())].sort((a, b) => b - a);
  const counts = new Map(orders.map((time, since) => [time, ORDER_FADING ** since]));
  return new Map(
    [...purchases].map(([row, times]) => [row, times.reduce((sum, time) => sum + (counts.get(time) ?? 0), 0)]),
  );
}

/** Contribution of a frequency f to the score of an item in a list that may repeat, for a weight of 1: log(1 + 3 f). */
export const frequencyTerm = (frequency: number): number => Math.log1p(3 * frequency);
