import * as v from 'valibot';
import { expect, it } from 'vitest';
import { catalog, state } from '../../../testing/rankings';
import type { CooccurrenceTable } from '../../core/catalog';
import { explain } from './explanation/explain';
import { aboutItems } from './lists-in-view';
import { type RankRequest, rank } from './rank';
import { rulesSchema, type SetRule } from './rules/rules';

/** A dress in view (0), and what goes with it: another dress (1), shoes (2 to 4), bags (5, 6), and men's shoes (7). */
const ITEMS = [
  { category: 'Women/Dresses', price: 40 },
  { category: 'Women/Dresses', price: 40 },
  { category: 'Women/Shoes', price: 60 },
  { category: 'Women/Shoes', price: 50 },
  { category: 'Women/Shoes', price: 900 },
  { category: 'Women/Bags', price: 30 },
  { category: 'Women/Bags', price: 20 },
  { category: 'Men/Shoes', price: 50 },
].map((item, row) => {
  const attributes: Record<string, string> = row === 6 ? {} : { type: row < 2 ? 'dress' : 'other' };
  return { ...item, attributes };
});

/** Shoppers chose the dress with the other dress (lift 9) and with the second bag (lift .2). */
const ORDERS: CooccurrenceTable = {
  count: 8,
  offsets: Uint32Array.of(0, 2, 2, 2, 2, 2, 2, 2, 2),
  rows: Uint32Array.of(1, 6),
  lifts: Float32Array.of(9, 0.2),
};

function completed(set: SetRule, orders: CooccurrenceTable | null = ORDERS) {
  const index = catalog(ITEMS, orders);
  const plain: RankRequest = { placement: 'complement', row: null, limit: 8, exclude: new Set(), rules: { set } };
  const request = aboutItems(index, plain, ['item-0']);
  return { index, request, list: rank(index, state(), request) };
}
const rows = (set: SetRule, orders?: CooccurrenceTable | null): number[] =>
  completed(set, orders).list.map(({ row }) => row);

it('has one item of each category and none of the category in view, those with evidence first', () => {
  const { list } = completed({ onePer: 'category' });
  expect(list.map(({ row }) => ITEMS[row].category).sort()).toEqual(['Men/Shoes', 'Women/Bags', 'Women/Shoes']);
  expect([list[0].row, list[0].source, list[0].reason]).toEqual([6, 'boughtTogether', 'Others chose it with “Item 0”']);
  expect(list.slice(1).map(({ source }) => source)).toEqual(['style', 'style']);
  expect(new Set(list.map(({ score }) => score)).size).toBeGreaterThan(1);
  for (const { score } of list.slice(1)) expect(score).toBeLessThan(list[0].score);
});

it('shares the department, and stays in the price range', () => {
  expect(rows({ onePer: 'category', same: ['category'] }).every((row) => ITEMS[row].category.startsWith('Women'))).toBe(
    true,
  );
  const prices = rows({ onePer: 'category', price: [0.5, 1.5] }).map((row) => ITEMS[row].price);
  for (const price of prices) expect(price).toBeGreaterThanOrEqual(20);
  for (const price of prices) expect(price).toBeLessThanOrEqual(60);
  expect(rows({ onePer: 'category', price: [20, 30] }).map((row) => ITEMS[row].price)).toEqual([900]);
});

it('leaves out items whose value is not known, and is empty if nothing fits', () => {
  expect(rows({ onePer: 'attributes.type' })).toHaveLength(1);
  expect(rows({ onePer: 'attributes.type' })).not.toContain(6);
  expect(rows({ onePer: 'attributes.missing' })).toEqual([]);
  expect(rows({ onePer: 'category', depth: 1 })).toEqual([7]);
});

it('is filled by style without evidence, and its scores are explained', () => {
  expect(completed({ onePer: 'category' }, null).list.map(({ source }) => source)).toEqual(['style', 'style', 'style']);
  const { index, request, list } = completed({ onePer: 'category' });
  for (const { row, score } of list) {
    const { contributions } = explain(index, state(), request, row);
    expect(Object.values(contributions).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 5);
  }
});

it('is refused by the name of the wrong field', () => {
  const pathOf = (set: unknown): string | null => {
    const { issues } = v.safeParse(rulesSchema, { set });
    return issues ? v.getDotPath(issues[0]) : null;
  };
  expect(pathOf({ onePer: 'category', same: ['attributes.gender'], price: [0.5, 2] })).toBeNull();
  expect(pathOf({ onePer: 'colour' })).toBe('set.onePer');
  expect(pathOf({ onePer: 'category', price: [2, 1] })).toBe('set.price');
  expect(pathOf({ onePer: 'category', with: 1 })).toBe('set.with');
});
