import { expect, test } from 'vitest';
import { cooccurrence } from '../../device/ranking/terms/cooccurrence';
import { type CooccurrenceTable, countCooccurrence } from './cooccurrence';

const liftOf = (table: CooccurrenceTable, rows: number[]): Float32Array => cooccurrence(table, { rows }, table.count);

test('pairs count by their distance, in both orders, relative to chance', () => {
  const table = countCooccurrence(5, [
    [0, 1, 2],
    [3, 1],
  ]);
  // 0-1, 1-2 and 3-1 at distance 1, 0-2 at distance 2; each counts for both of its items.
  const mass = [1.5, 3, 1.5, 1, 0];
  const total = 7;
  const lift = (pair: number, a: number, b: number): number =>
    Math.log1p((pair * total) / ((mass[a] + 30) * (mass[b] + 30)));
  const expected = [0, lift(1, 0, 1), lift(0.5, 0, 2), 0, 0];
  for (const [row, value] of liftOf(table, [0]).entries()) expect(value).toBeCloseTo(expected[row], 6);
  expect(liftOf(table, [1])[3]).toBeCloseTo(lift(1, 1, 3), 6);
});

test('newer choices of a history count more: twice as much as the one before', () => {
  const table = countCooccurrence(4, [
    [0, 1],
    [2, 3],
  ]);
  const lift = liftOf(table, [0, 0, 0, 2]);
  const old = 1 / 8 + 1 / 4 + 1 / 2;
  expect(lift[1] / lift[3]).toBeCloseTo(old, 5);
  expect([...liftOf(table, [])]).toEqual([0, 0, 0, 0]);
});

test('choices far apart, and an item with itself, do not form pairs', () => {
  const table = countCooccurrence(3, [[0, ...new Array(30).fill(1), 2]]);
  expect(liftOf(table, [0])[2]).toBe(0);
  expect(liftOf(table, [1])[1]).toBe(0);
  expect(liftOf(table, [1])[2]).toBeGreaterThan(0);
});

test('the table keeps the strongest of each item, equal ones in the order of the catalogue', () => {
  const choices = [
    [0, 1],
    [0, 1],
    [0, 4],
    [0, 3],
  ];
  const { count, offsets, rows, lifts } = countCooccurrence(5, choices, { most: 2 });
  expect(count).toBe(5);
  expect([...offsets]).toEqual([0, 2, 3, 3, 4, 5]);
  expect([...rows]).toEqual([1, 3, 0, 0, 0]);
  expect(lifts[0]).toBeGreaterThan(lifts[1]);
  expect(countCooccurrence(2, []).rows).toHaveLength(0);
});

test('pairs of too few users are left out, and count for chance', () => {
  const choices = [
    [0, 1, 0, 1],
    [0, 1, 2],
    [2, 0],
  ];
  const all = countCooccurrence(3, choices);
  const { offsets, rows, lifts } = countCooccurrence(3, choices, { minShoppers: 2 });
  expect([...offsets]).toEqual([0, 2, 3, 4]);
  expect([...rows]).toEqual([1, 2, 0, 0]);
  expect([...lifts.slice(0, 2)]).toEqual([...all.lifts.slice(0, 2)]);
});
