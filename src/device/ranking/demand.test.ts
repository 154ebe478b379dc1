import { describe, expect, it } from 'vitest';
import type { Demand } from '../../core/catalog';
import { makeItem } from '../../testing/bundles';
import { repeatScores, ShopDemand } from './demand';

const DAY = 24 * 3600 * 1000;
const NOW = 1000 * DAY;
const items = [
  makeItem('coffee', { category: 'Food' }),
  makeItem('tea', { category: 'Food' }),
  makeItem('kettle', { category: 'Tools' }),
  makeItem('new', { category: 'Tools' }),
];

function demand(share = 0.3): Demand & Required<Pick<Demand, 'repeats'>> {
  return {
    choices: Float32Array.of(10, 5, 5, 0),
    recent: Float32Array.of(1, 4, 0, 0),
    repeats: {
      share,
      interval: 30,
      shares: Float32Array.of(0.5, 0.5, 0.01, 0.1),
      intervals: Float32Array.of(30, 30, 300, 30),
    },
  };
}

/** Times of purchases the given numbers of days ago, by row. */
const purchases = (...daysAgo: readonly number[][]): Map<number, number[]> =>
  new Map(daysAgo.flatMap((days, row) => (days.length > 0 ? [[row, days.map((day) => NOW - day * DAY)]] : [])));

const scoresOf = (...daysAgo: readonly number[][]) =>
  new Map(repeatScores({ items }, demand().repeats, purchases(...daysAgo), NOW).map((score) => [score.row, score]));
const sum = ({ repeats, due }: { repeats: number; due: number }): number => repeats + due;
const only = (daysAgo: number): number => sum(scoresOf([daysAgo]).get(0) ?? { repeats: 0, due: -99 });

describe('repeat scores', () => {
  it('are highest when the interval has passed, and fall before and after', () => {
    const scores = [1, 10, 30, 90, 900].map(only);
    expect(scores.indexOf(Math.max(...scores))).toBe(2);
    expect(scores[0]).toBeLessThan(scores[1]);
    expect(scores[4]).toBeLessThan(scores[3]);
    expect(scoresOf([30]).get(0)?.due).toBeCloseTo(0, 10);
  });

  it('are higher for items bought more often, and for items bought repeatedly in this shop', () => {
    const twice = scoresOf([60, 30], [30]);
    expect(sum(twice.get(0) ?? { repeats: 0, due: 0 })).toBeGreaterThan(sum(twice.get(1) ?? { repeats: 0, due: 0 }));
    const [first] = repeatScores({ items }, demand().repeats, purchases([30], [], [300]), NOW);
    expect(first.row).toBe(0);
  });

  it("use the shopper's own interval for items that they bought again", () => {
    // Every 5 days, 8 times.
    const own = scoresOf([40, 35, 30, 25, 20, 15, 10, 5].map((day) => day));
    expect(own.get(0)?.intervals).toBeCloseTo(1, 0);
    // With one repeat, half way between the shopper's and the shop's interval.
    expect(scoresOf([25, 20]).get(0)?.intervals).toBeCloseTo(20 / Math.sqrt(5 * 30), 5);
  });

  it("use the shopper's interval in the category with two repeats or more", () => {
    const daily = scoresOf([4, 3, 2], [2]);
    expect(daily.get(1)?.intervals).toBeCloseTo(2, 5);
    expect(scoresOf([4, 3], [3]).get(1)?.intervals).toBeCloseTo(3 / 30, 5);
    expect(scoresOf([4, 3, 2], [], [300]).get(2)?.intervals).toBeCloseTo(1, 5);
  });

  it('are finite for a clock that was set back, and for an item of this device', () => {
    for (const { repeats, due } of repeatScores({ items }, demand(0).repeats, purchases([-50], [], [], [0]), NOW)) {
      expect(Number.isFinite(repeats + due)).toBe(true);
    }
  });
});

describe('the demand of a shop', () => {
  const due = (daysAgo: number[][], limit = 10, share = 0.3, rule?: boolean) =>
    new ShopDemand(demand(share)).due({ items }, { purchases: purchases(...daysAgo) }, NOW, limit, rule);

  it('finds items due that were bought between half an interval and eight ago, the best first', () => {
    const found = due([[10], [40], [3000]]);
    expect([...(found?.contributions.keys() ?? [])]).toEqual([1]);
    const both = due([[16], [60, 30]]);
    expect([...(both?.contributions.keys() ?? [])]).toEqual([1, 0]);
    const parts = Object.values(both?.contributions.get(0) ?? {});
    expect(parts).toHaveLength(2);
  });

  it('finds no item due if less than 5 % of the purchases are repeats, or no repeats are known', () => {
    expect(due([[30]], 10, 0.049)).toBeNull();
    expect(due([[30]], 10, 0.049, true)).toBeNull();
    const { choices, recent } = demand();
    expect(new ShopDemand({ choices, recent }).due({ items }, { purchases: purchases([30]) }, NOW, 10)).toBeNull();
  });

  it('gives repeats their share of the log in for-you, from 10 % on or if a rule says so', () => {
    expect([0.05, 0.09, 0.1, 0.3, 0.6].map((share) => due([[30]], 10, share)?.places)).toEqual([0, 0, 1, 3, 6]);
    expect(due([[30]], 4, 0.1)?.places).toBe(1);
    expect(due([[30]], 10, 0.05, true)?.places).toBe(1);
    expect(due([[30]], 10, 0.6, false)?.places).toBe(0);
  });

  it('lets all bought items into for-you if a rule says so, by frequency, which later orders lessen', () => {
    const gains = due([[30, 10], [10], [20]], 10, 0.05, true)?.gains;
    const term = (...since: number[]) => Math.log1p(3 * since.reduce((sum, n) => sum + 0.9 ** n, 0));
    const weight = (gains?.get(1) ?? 0) / term(0);
    expect(weight).toBeGreaterThan(0);
    expect(gains?.get(0)).toBeCloseTo(weight * term(2, 0), 9);
    expect(gains?.get(2)).toBeCloseTo(weight * term(1), 9);
    expect(due([[30]], 10, 0.3)?.gains).toBeUndefined();
  });

  it("is the popularity if the shop's feed has none", () => {
    const shop = new ShopDemand(demand());
    const own = makeItem('own');
    const found = shop.withPopularity([...items, own]).map(({ popularity }) => popularity);
    const { choices, recent } = demand();
    const [all, now] = [choices, recent].map((values) => values.reduce((sum, value) => sum + value, 0));
    // As many choices as in the whole log, distributed like the recent ones.
    const known = [...recent.keys()].filter((row) => recent[row] > 0);
    for (const row of known) expect(found[row]).toBeCloseTo((recent[row] * all) / now, 4);
    expect(found.filter((_, row) => !known.includes(row)).every((value) => value === undefined)).toBe(true);
    const fed = [makeItem('a', { popularity: 0 }), makeItem('b')];
    expect(shop.withPopularity(fed)).toBe(fed);
  });

  it('knows current sales, and treats unknown items as average', () => {
    const trend = new ShopDemand(demand()).trend(5);
    expect([...trend.keys()].sort((a, b) => trend[b] - trend[a] || a - b)).toEqual([1, 4, 0, 2, 3]);
    expect(trend[4]).toBe(0);
  });
});
