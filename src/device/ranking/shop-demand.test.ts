import { describe, expect, it } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { type Demand, withPopularity } from '../../core/catalog';
import { ShopDemand } from './shop-demand';

const DAY = 24 * 3600 * 1000;
const NOW = 1000 * DAY;
const items = [
  makeItem('coffee', { category: 'Food' }),
  makeItem('tea', { category: 'Food' }),
  makeItem('kettle', { category: 'Tools' }),
  makeItem('new', { category: 'Tools' }),
];

const demand = (repeats = 0.3): Demand & { repeats: number } => ({
  choices: Float32Array.of(10, 5, 5, 0),
  recent: Float32Array.of(1, 4, 0, 0),
  repeats,
});

/** Times of purchases the given numbers of days ago, by row. */
const purchases = (...daysAgo: readonly number[][]): Map<number, number[]> =>
  new Map(daysAgo.flatMap((days, row) => (days.length > 0 ? [[row, days.map((day) => NOW - day * DAY)]] : [])));

describe('the demand of a shop', () => {
  const repeatable = (daysAgo: number[][], limit = 10, share = 0.3, rule?: boolean) =>
    new ShopDemand(demand(share)).repeatable(purchases(...daysAgo), NOW, limit, rule);

  it('knows what was bought on earlier visits, the most often bought first; later orders lessen a purchase', () => {
    const gains = repeatable([[20], [30, 10], [10], [0.01]])?.gains ?? new Map();
    expect([...gains.keys()]).toEqual([1, 2, 0]);
    const term = (...since: number[]) => Math.log1p(3 * since.reduce((sum, n) => sum + 0.9 ** n, 0));
    const weight = gains.get(2) / term(0);
    expect(weight).toBeGreaterThan(0);
    expect(gains.get(1)).toBeCloseTo(weight * term(2, 0), 9);
    expect(gains.get(0)).toBeCloseTo(weight * term(1), 9);
  });

  it('has nothing to repeat if less than 5 % of the purchases are repeats, or none is known', () => {
    expect(repeatable([[30]], 10, 0.049)).toBeNull();
    expect(repeatable([[30]], 10, 0.049, true)).toBeNull();
    const { choices, recent } = demand();
    expect(new ShopDemand({ choices, recent }).repeatable(purchases([30]), NOW, 10)).toBeNull();
  });

  it('gives repeats their share of the log in for-you, from 10 % on, and all or no places if a rule says so', () => {
    expect([0.05, 0.09, 0.1, 0.3, 0.6].map((share) => repeatable([[30]], 10, share)?.places)).toEqual([0, 0, 1, 3, 6]);
    expect(repeatable([[30]], 4, 0.1)?.places).toBe(1);
    expect(repeatable([[30]], 10, 0.05, true)?.places).toBe(Number.POSITIVE_INFINITY);
    expect(repeatable([[30]], 10, 0.6, false)?.places).toBe(0);
  });

  it("is the popularity if the shop's feed has none", () => {
    const own = makeItem('own');
    const found = withPopularity([...items, own], demand()).map(({ popularity }) => popularity);
    const { choices, recent } = demand();
    const [all, now] = [choices, recent].map((values) => values.reduce((sum, value) => sum + value, 0));
    // As many choices as in the whole log, distributed like the recent ones.
    const known = [...recent.keys()].filter((row) => recent[row] > 0);
    for (const row of known) expect(found[row]).toBeCloseTo((recent[row] * all) / now, 4);
    expect(found.filter((_, row) => !known.includes(row)).every((value) => value === undefined)).toBe(true);
    const fed = [makeItem('a', { popularity: 0 }), makeItem('b')];
    expect(withPopularity(fed, demand())).toBe(fed);
  });

  it('knows current sales, and treats unknown items as average', () => {
    const trend = new ShopDemand(demand()).trend(5);
    expect([...trend.keys()].sort((a, b) => trend[b] - trend[a] || a - b)).toEqual([1, 4, 0, 2, 3]);
    expect(trend[4]).toBe(0);
  });
});
