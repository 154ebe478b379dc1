import { expect, it } from 'vitest';
import { catalog, state } from '../../../testing/rankings';
import { rankSegments, type SetField } from '.';
import type { RankRequest } from './rank';

const brands = ['A', 'A', 'A', 'A', 'B', 'B', 'C', 'A'];
const request = (more: Partial<RankRequest>): RankRequest => ({
  placement: 'for-you',
  row: null,
  limit: 8,
  exclude: new Set(),
  ...more,
});
const index = catalog(
  brands.map((brand, row) => ({
    popularity: 2 ** (8 - row),
    attributes: { brand, tags: row < 2 ? ['new', 'sale'] : [] },
  })),
);
const ranked = (by: SetField, more: Partial<RankRequest> = {}, plan = {}) =>
  rankSegments(index, state(), request({ limit: 3, ...more }), { by, depth: 1, limit: 6, items: 3, ...plan });

it('scores segments by the mean of their five best items, with an average item for each missing one', () => {
  const log = [...index.logPopularity];
  const average = log.reduce((sum, value) => sum + value, 0) / 8;
  const [a, b, c] = ranked('attributes.brand');
  expect([a.value, b.value, c.value]).toEqual(['A', 'B', 'C']);
  expect(a.score).toBeCloseTo((log[0] + log[1] + log[2] + log[3] + log[7]) / 5, 5);
  expect(b.score).toBeCloseTo((log[4] + log[5] + 3 * average) / 5, 5);
  expect(c).toMatchObject({ count: 1, items: [{ row: 6 }] });
  expect(a.items.map(({ row }) => row)).toEqual([0, 1, 2]);
});

it('explains the scores of segments and of their items', () => {
  for (const { score, contributions, items } of ranked('attributes.brand')) {
    expect(Object.values(contributions).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 5);
    for (const item of items) expect(item.reason).toBe('Popular in this shop');
  }
});

it('takes categories to a depth, and every text of a list', () => {
  expect(ranked('category').map(({ value }) => value)).toEqual(['Fruit', 'Tools']);
  expect(ranked('category', {}, { depth: 2 }).map(({ value }) => value)).toEqual(['Fruit/Sweet', 'Tools/Sharp']);
  expect(ranked('attributes.tags').map(({ value, count }) => [value, count])).toEqual([
    ['new', 2],
    ['sale', 2],
  ]);
  expect(ranked('attributes.missing')).toEqual([]);
});

it('keeps to the rules and bounds of the request', () => {
  const rows = ranked('attributes.brand', { rules: { filter: { price: { $lt: 10 } } }, exclude: new Set([0]) });
  expect(rows.map(({ value, items }) => [value, items.map(({ row }) => row)])).toEqual([['A', [1, 2, 3]]]);
  const boosted = ranked('attributes.brand', {
    rules: { boost: [{ filter: { 'attributes.brand': 'C' }, strength: 10 }] },
  });
  expect(boosted[0].value).toBe('C');
  expect(ranked('attributes.brand', {}, { limit: 1, items: 1 }).map(({ items }) => items.length)).toEqual([1]);
  expect(ranked('attributes.brand', { rules: { pin: [{ itemId: 'item-7', position: 0 }] } })[0].items[0].row).toBe(0);
});
