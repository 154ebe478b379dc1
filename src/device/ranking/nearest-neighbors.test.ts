import { expect, it } from 'vitest';
import { seededRandom } from '../../core/common/random';
import { NEAREST, NearestNeighbors } from './nearest-neighbors';
import { SimilarityCache } from './similarity-cache';

const COUNT = 23;
const width = 3;
const values = Float32Array.from({ length: COUNT * width }, (_, at) => Math.sin(at * 12.9898) * 0.57);
const vectors = { count: COUNT, width, values };
const similar = new SimilarityCache(vectors);

/** The same, computed directly. */
const direct = (rows: number[]): number[] =>
  Array.from({ length: COUNT }, (_, item) => {
    const largest = [...new Set(rows)].map((row) => similar.similaritiesTo(row)[item]).sort((a, b) => b - a);
    const used = largest.slice(0, 3);
    return used.reduce((sum, x) => sum + x, 0) / used.length;
  });

it('gives the same for a history that grew, shrank or was replaced as for a new one', () => {
  const nearestHistory = new NearestNeighbors(vectors, similar, NEAREST);
  for (const rows of [[4], [4, 9], [4, 9, 4, 17], [4, 9, 4, 17, 2, 8], [9, 17, 2, 8], [1, 2, 3], [3, 2, 1, 20]]) {
    for (const [item, value] of direct(rows).entries())
      expect(nearestHistory.meanSimilarity(rows)[item]).toBeCloseTo(value, 5);
  }
});

it('gives the same for the last items of a long history, with a large cache and a small one', () => {
  const all = Array.from({ length: 60 }, (_, n) => (n * n * 7 + 3 * n) % COUNT);
  for (const cache of [similar, new SimilarityCache(vectors, 0)]) {
    const nearestHistory = new NearestNeighbors(vectors, cache, NEAREST);
    for (let n = 1; n < all.length; n++) {
      const rows = all.slice(0, n).slice(-15);
      for (const [item, value] of direct(rows).entries())
        expect(nearestHistory.meanSimilarity(rows)[item]).toBeCloseTo(value, 5);
    }
  }
});

it('gives the same however many neighbors leave before others come', () => {
  const random = seededRandom(3);
  const count = 90;
  const far = { count, width, values: Float32Array.from({ length: count * width }, () => random() - 0.5) };
  const cache = new SimilarityCache(far);
  const grown = new NearestNeighbors(far, cache, NEAREST);
  const all = Array.from({ length: 400 }, () => Math.floor(random() * count));
  for (let n = 40; n < all.length; n++) {
    const rows = all.slice(n - 40, n);
    // A new one has only these rows.
    if (n % 9 === 0)
      expect(grown.meanSimilarity(rows)).toEqual(new NearestNeighbors(far, cache, NEAREST).meanSimilarity(rows));
    else grown.meanSimilarity(rows);
  }
});

it('names the nearest rows of an item, and at least one more than count, after any number has left', () => {
  const random = seededRandom(5);
  const count = 90;
  const far = { count, width, values: Float32Array.from({ length: count * width }, () => random() - 0.5) };
  const cache = new SimilarityCache(far);
  const grown = new NearestNeighbors(far, cache, NEAREST);
  const all = Array.from({ length: 200 }, () => Math.floor(random() * count));
  for (let n = 1; n < all.length; n += 1 + (n % 3)) {
    const rows = new Set(all.slice(Math.max(0, n - 40), n));
    for (const item of [0, 41, 89]) {
      const values = cache.similaritiesTo(item);
      const nearest = grown.nearestOf(item, rows);
      const expected = [...rows].map((row) => values[row]).sort((a, b) => b - a);
      expect(nearest.length).toBeGreaterThanOrEqual(Math.min(NEAREST + 1, rows.size));
      for (const [rank, { past, value }] of nearest.entries()) {
        expect(rows).toContain(past);
        expect(value).toBeCloseTo(values[past], 5);
        expect(value).toBeCloseTo(expected[rank], 5);
      }
    }
  }
});

it('leaves out similarities that are not a number', () => {
  const broken = { ...vectors, values: values.slice() };
  broken.values.fill(Number.NaN, 5 * width, 6 * width);
  const nearestHistory = new NearestNeighbors(broken, new SimilarityCache(broken), NEAREST);
  const without = new NearestNeighbors(vectors, similar, NEAREST).meanSimilarity([4, 9, 17]);
  const seen = nearestHistory.meanSimilarity([4, 9, 17, 5]);
  for (const row of [0, 1, 2, 22]) expect(seen[row]).toBeCloseTo(without[row], 5);
});

it('gives a new list each time, which may be changed', () => {
  const nearestHistory = new NearestNeighbors(vectors, similar, NEAREST);
  nearestHistory.meanSimilarity([1, 2]).fill(7);
  expect(nearestHistory.meanSimilarity([1, 2])[0]).not.toBe(7);
});
