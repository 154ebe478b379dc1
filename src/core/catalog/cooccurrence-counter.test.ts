import { expect, test } from 'vitest';
import { cooccurrence } from '../../device/ranking/terms/cooccurrence';
import { CooccurrenceCounter } from './cooccurrence';

/** The whole table after these choices. */
const liftOf = (counter: CooccurrenceCounter, rows: number[]): Float32Array => {
  const table = counter.table(Number.POSITIVE_INFINITY);
  return cooccurrence(table, rows, table.count);
};

test('pairs count by their distance, in both orders, relative to chance', () => {
  const counter = new CooccurrenceCounter(5);
  counter.learn([0, 1, 2]);
  counter.learn([3, 1]);
  // 0-1, 1-2 and 3-1 at distance 1, 0-2 at distance 2; each counts for both of its items.
  const mass = [1.5, 3, 1.5, 1, 0];
  const total = 7;
  const lift = (pair: number, a: number, b: number): number =>
    Math.log1p((pair * total) / ((mass[a] + 30) * (mass[b] + 30)));
  const expected = [0, lift(1, 0, 1), lift(0.5, 0, 2), 0, 0];
  for (const [row, value] of liftOf(counter, [0]).entries()) expect(value).toBeCloseTo(expected[row], 6);
  expect(liftOf(counter, [1])[3]).toBeCloseTo(lift(1, 1, 3), 6);
});

test('newer choices of a history count more: twice as much as the one before', () => {
  const counter = new CooccurrenceCounter(4);
  counter.learn([0, 1]);
  counter.learn([2, 3]);
  const lift = liftOf(counter, [0, 0, 0, 2]);
  const old = 1 / 8 + 1 / 4 + 1 / 2;
  expect(lift[1] / lift[3]).toBeCloseTo(old, 5);
  expect([...liftOf(counter, [])]).toEqual([0, 0, 0, 0]);
});

test('a growing history is counted as if it had arrived at once', () => {
  const rows = Array.from({ length: 80 }, (_, n) => (n * 7) % 31);
  const [whole, parts] = [new CooccurrenceCounter(31), new CooccurrenceCounter(31)];
  whole.learn(rows);
  parts.learn(rows.slice(0, 33));
  parts.learn(rows, 33);
  const [a, b] = [liftOf(whole, rows), liftOf(parts, rows)];
  for (const [row, value] of a.entries()) expect(b[row]).toBeCloseTo(value, 6);
  expect(Math.max(...a)).toBeGreaterThan(0);
});

test('choices far apart, and an item with itself, do not form pairs', () => {
  const counter = new CooccurrenceCounter(3);
  counter.learn([0, ...new Array(30).fill(1), 2]);
  expect(liftOf(counter, [0])[2]).toBe(0);
  expect(liftOf(counter, [1])[1]).toBe(0);
  expect(liftOf(counter, [1])[2]).toBeGreaterThan(0);
});

test('the table keeps the strongest of each item, equal ones in the order of the catalogue', () => {
  const counter = new CooccurrenceCounter(5);
  counter.learn([0, 1]);
  counter.learn([0, 1]);
  counter.learn([0, 4]);
  counter.learn([0, 3]);
  const { count, offsets, rows, lifts } = counter.table(2);
  expect(count).toBe(5);
  expect([...offsets]).toEqual([0, 2, 3, 3, 4, 5]);
  expect([...rows]).toEqual([1, 3, 0, 0, 0]);
  expect(lifts[0]).toBeGreaterThan(lifts[1]);
  expect(new CooccurrenceCounter(2).table().rows).toHaveLength(0);
});
