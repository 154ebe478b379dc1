import { expect, it } from 'vitest';
import { SimilarityCache } from '../similarity-cache';
import { ClosestPast } from './nearest-history';

const COUNT = 23;
const width = 3;
const values = Float32Array.from({ length: COUNT * width }, (_, at) => Math.sin(at * 12.9898) * 0.57);
const vectors = { count: COUNT, width, values };
const similar = new SimilarityCache(vectors);

/** The same, said plainly. */
const plain = (rows: number[]): number[] =>
  Array.from({ length: COUNT }, (_, item) => {
    const largest = [...new Set(rows)].map((row) => similar.to(row)[item]).sort((a, b) => b - a);
    const used = largest.slice(0, 3);
    return used.reduce((sum, x) => sum + x, 0) / used.length;
  });

it('says the same of a history that grew, shrank or became another one as of a new one', () => {
  const closest = new ClosestPast(vectors, similar);
  for (const rows of [[4], [4, 9], [4, 9, 4, 17], [4, 9, 4, 17, 2, 8], [9, 17, 2, 8], [1, 2, 3], [3, 2, 1, 20]]) {
    for (const [item, value] of plain(rows).entries()) expect(closest.of(rows)[item]).toBeCloseTo(value, 5);
  }
});

it('says the same of the last items of a long history, with a large cache and a small one', () => {
  const all = Array.from({ length: 60 }, (_, n) => (n * n * 7 + 3 * n) % COUNT);
  for (const cache of [similar, new SimilarityCache(vectors, 0)]) {
    const closest = new ClosestPast(vectors, cache);
    for (let n = 1; n < all.length; n++) {
      const rows = all.slice(0, n).slice(-15);
      for (const [item, value] of plain(rows).entries()) expect(closest.of(rows)[item]).toBeCloseTo(value, 5);
    }
  }
});

it('leaves out similarities that are not a number', () => {
  const broken = { ...vectors, values: values.slice() };
  broken.values.fill(Number.NaN, 5 * width, 6 * width);
  const closest = new ClosestPast(broken, new SimilarityCache(broken));
  const without = new ClosestPast(vectors, similar).of([4, 9, 17]);
  const seen = closest.of([4, 9, 17, 5]);
  for (const row of [0, 1, 2, 22]) expect(seen[row]).toBeCloseTo(without[row], 5);
});

it('gives a new list each time, which may be changed', () => {
  const closest = new ClosestPast(vectors, similar);
  closest.of([1, 2]).fill(7);
  expect(closest.of([1, 2])[0]).not.toBe(7);
});
