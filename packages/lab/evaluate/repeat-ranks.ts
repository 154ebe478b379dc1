import { START_WITH_SIDE } from '../../../src/device/learner';
import { FREQUENCY_WEIGHT, frequencies, frequencyTerm } from '../../../src/device/ranking';
import type { LogEvent } from '../../shop/logs';
import { qualityOf } from './quality';
import { basketsIn, type Shopper, shoppersOf } from './shoppers';

/**
 * Purchases within this time belong to one visit, ms; and the maximum number of purchase times kept per item. Both as on the
 * device.
 */
const VISIT = 30 * 60 * 1000;
const MAX_PURCHASES = 10;

/** Times of a shopper's purchases by row, oldest first. */
type Purchases = Map<number, number[]>;

/** Scores the rows that a shopper has bought by their chance of being bought again at a moment. */
type RepeatMethod = (purchases: Purchases, now: number) => Map<number, number>;

/** Share of the choices that repeat an earlier one of the same shopper, 0 to 1. @param to end of the events used */
export function repeatShare(shoppers: readonly Shopper[], to: number): number {
  const streams = shoppers.map(({ rows }) => rows.slice(0, to));
  const all = streams.reduce((sum, { length }) => sum + length, 0);
  return 1 - streams.reduce((sum, rows) => sum + new Set(rows).size, 0) / all;
}

/** The purchases of some shoppers as separate streams. @param purchases sorted by time */
export function purchaseStreams(
  shoppers: readonly Shopper[],
  purchases: readonly LogEvent[],
  rowOf: ReadonlyMap<string, number>,
): Shopper[] {
  const streams = new Map(shoppersOf(purchases, rowOf).map((stream) => [stream.id, stream]));
  return shoppers.map(({ id }) => streams.get(id) ?? { id, rows: [], times: [] });
}

/**
 * Ranks each repeat purchase among the items that the shopper had bought on earlier visits, without the other repeats of
 * the same second: by `recency` (of the last purchase), by `frequency` (purchases so far, then recency) and as the placement
 * `again` does for a shopper of whom nothing else is known, by popularity and the frequency term. Equal scores share their mean
 * rank.
 * @param popularity [items] of the past
 * @returns for each method its ranks by shopper, and the share of the repeats among the first 5, averaged over the shoppers who have
 *   repeats; NaN without such shoppers
 */
export function rankRepeats(popularity: ArrayLike<number>, streams: readonly Shopper[]) {
  const methods: Record<string, RepeatMethod> = {
    recency: (purchases) => new Map([...purchases].map(([row, times]) => [row, lastOf(times)])),
    frequency: (purchases, now) =>
      new Map([...purchases].map(([row, times]) => [row, times.length + lastOf(times) / (now + 1)])),
    again: (purchases) =>
      new Map(
        [...frequencies(purchases)].map(([row, frequency]) => [
          row,
          START_WITH_SIDE.weights.popularity * Math.log1p(popularity[row]) +
            FREQUENCY_WEIGHT * frequencyTerm(frequency),
        ]),
      ),
  };
  return Object.entries(methods).map(([name, scoresOf]) => {
    const ranks = streams.map((stream) => ranksOf(stream, scoresOf));
    const found = ranks.filter(({ length }) => length > 0);
    const hits = found.map((own) => own.filter((rank) => rank <= 5).length / own.length);
    return { name, units: ranks.map(qualityOf), hr5: hits.reduce((sum, share) => sum + share, 0) / found.length };
  });
}

function ranksOf({ rows, times }: Shopper, scoresOf: RepeatMethod): number[] {
  const bought: Purchases = new Map();
  const ranks: number[] = [];
  for (const { start, end } of basketsIn(times)) {
    const now = times[start];
    const basket = [...new Set(rows.slice(start, end))];
    const earlier = new Map([...bought].filter(([, own]) => now - lastOf(own) > VISIT));
    const repeated = basket.filter((row) => earlier.has(row));
    if (repeated.length > 0 && earlier.size > 1) {
      const scores = scoresOf(earlier, now);
      const others = [...scores].filter(([row]) => !repeated.includes(row)).map(([, score]) => score);
      for (const row of repeated) {
        const own = scores.get(row) ?? Number.NaN;
        const above = others.filter((score) => score > own).length;
        ranks.push(1 + above + others.filter((score) => score === own).length / 2);
      }
    }
    for (const row of basket) {
      const before = (bought.get(row) ?? []).filter((time) => now - time > VISIT);
      bought.set(row, [...before, now].slice(-MAX_PURCHASES));
    }
  }
  return ranks;
}

const lastOf = (times: readonly number[]): number => times[times.length - 1];
