import { type Demand, demandSums, type Item, type Repeats, withPopularity } from '../../core/catalog';
import type { ShopperRecord } from '../../core/events';
import type { CatalogIndex } from './catalog-index';
import type { DueItems } from './placement';

/** Minimum share of repeats among a shop's purchases; below it, `again` is empty. */
const MIN_SHARE = 0.05;
/** Share from which `for-you` includes items that are due: one place in ten is then a repeat. */
const FOR_YOU_SHARE = 0.1;
/** An item is due from half its interval on, until eight intervals have passed without a purchase. */
const [FROM, UNTIL] = [0.5, 8];

/** The data of lists from the shop's log, for the bundle's items in their order; items after them, and rows that are NaN, are unknown. */
export class ShopDemand {
  constructor(private readonly demand: Demand) {}

  withPopularity(items: Item[]): Item[] {
    return withPopularity(items, this.demand);
  }

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
   * Items that the shopper may buy again now; empty in a shop where less than 5 % of the purchases are repeats.
   * @param now milliseconds since the epoch
   * @param limit of the list
   * @param rule `repeats` of the request
   * @param weight of a bought item's frequency in `for-you`, as `train` fitted it
   */
  due(
    index: Pick<CatalogIndex, 'items'>,
    { purchases }: Pick<ShopperRecord, 'purchases'>,
    now: number,
    limit: number,
    rule?: boolean,
    weight = FREQUENCY_WEIGHT,
  ): DueItems | null {
    const { repeats } = this.demand;
    if (!repeats || repeats.share < MIN_SHARE) return null;
    const due = repeatScores(index, repeats, purchases, now).filter(
      ({ intervals }) => intervals >= FROM && intervals <= UNTIL,
    );
    const inForYou = rule ?? repeats.share >= FOR_YOU_SHARE;
    return {
      contributions: new Map(due.map(({ row, ...parts }) => [row, { repeats: parts.repeats, due: parts.due }])),
      places: inForYou ? Math.max(1, Math.round(repeats.share * limit)) : 0,
      ...(rule && {
        gains: new Map([...frequencies(purchases)].map(([row, value]) => [row, weight * frequencyTerm(value)])),
      }),
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

/** What a frequency f adds to the score of an item in a list that may repeat, for a weight of 1: log(1 + 3 f). */
export const frequencyTerm = (frequency: number): number => Math.log1p(3 * frequency);

/** An item that the shopper bought and may buy again. The score is the sum of both parts. */
export interface RepeatScore {
  row: number;
  /** Log of the repeats to expect of this item. */
  repeats: number;
  /** 0 when its interval has passed since the last purchase; the further from that, the lower. */
  due: number;
  /** Time since the last purchase, in intervals. */
  intervals: number;
}

/** Minimum of intervals and of times since a purchase, days; shorter times count as this minimum. */
const MIN_DAYS = 1 / 24;
const DAY = 24 * 3600 * 1000;
/** Standard deviation of the log of the time since a purchase, in intervals. */
const SPREAD = 1.5;
/** Minimum number of a shopper's repeats in a category to use the shopper's own interval. */
const MIN_CATEGORY_REPEATS = 2;

/**
 * Scores the items that a shopper bought by how likely they are due again:
 *
 *     repeats + due = log(n - 1 + share) - log(age / interval)^2 / (2 * 1.5^2)
 *
 * with n purchases of the item by this shopper, the share of its purchases in the shop that are repeats, and the time since
 * its last purchase (age). Its interval comes from the shopper's repeats in its category if it has two or more, else
 * from the shop's log; with k repeats of the item by the shopper it is the geometric mean of that and k times their median.
 * Form and spread were chosen on Online Retail (with the first 60 % of its log as the shop's data); the repeats per item
 * matter there, the interval hardly does.
 * @param purchases times of purchases by row, ms, ascending
 * @param now milliseconds since the epoch
 * @returns best first
 */
export function repeatScores(
  { items }: Pick<CatalogIndex, 'items'>,
  { share, interval, shares, intervals }: Repeats,
  purchases: ShopperRecord['purchases'],
  now: number,
): RepeatScore[] {
  const bought = [...purchases].map(([row, times]) => ({ row, times, gaps: gapsOf(times) }));
  const ofCategory = new Map<string, number[]>();
  for (const { row, gaps } of bought) {
    const { category } = items[row];
    if (category !== '') ofCategory.set(category, [...(ofCategory.get(category) ?? []), ...gaps]);
  }
  return bought
    .map(({ row, times, gaps }) => {
      const others = ofCategory.get(items[row].category) ?? [];
      const usual = others.length >= MIN_CATEGORY_REPEATS ? median(others) : (intervals[row] ?? interval);
      const own = gaps.length === 0 ? 0 : gaps.length * logDays(median(gaps));
      const late = logDays((now - times[times.length - 1]) / DAY) - (own + logDays(usual)) / (gaps.length + 1);
      return {
        row,
        repeats: Math.log(times.length - 1 + Math.max(shares[row] ?? share, 1e-3)),
        due: -(late ** 2) / (2 * SPREAD ** 2),
        intervals: Math.exp(late),
      };
    })
    .sort((a, b) => b.repeats + b.due - a.repeats - a.due || a.row - b.row);
}

const logDays = (days: number): number => Math.log(Math.max(days, MIN_DAYS));

const gapsOf = (times: readonly number[]): number[] => times.slice(1).map((time, n) => (time - times[n]) / DAY);

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return (sorted[Math.floor(at)] + sorted[Math.ceil(at)]) / 2;
}
