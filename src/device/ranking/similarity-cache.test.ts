import { expect, it } from 'vitest';
import type { ContentVectors } from '../../core/catalog';
import { SimilarityCache } from './similarity-cache';

it('gives dot products with every item, and computes each row once', () => {
  const vectors: ContentVectors = { count: 3, width: 2, values: Float32Array.from([1, 0, 0.6, 0.8, 0, 1]) };
  const cache = new SimilarityCache(vectors);
  const first = cache.similaritiesTo(1);
  for (const [i, expected] of [0.6, 1, 0.8].entries()) expect(first[i]).toBeCloseTo(expected, 6);
  expect(cache.similaritiesTo(1)).toBe(first);
});

it('gives several rows at once, cached or not', () => {
  const [count, width] = [40, 3];
  const vectors = { count, width, values: Float32Array.from({ length: count * width }, (_, at) => Math.cos(at * 7)) };
  const plain = new SimilarityCache(vectors);
  for (const cache of [new SimilarityCache(vectors), new SimilarityCache(vectors, 0)]) {
    const known = cache.similaritiesTo(3);
    expect(cache.cached(3)).toBe(known);
    expect(cache.cached(4)).toBeUndefined();
    const rows = [3, 5, 8, 5, 30, 31, 32];
    expect(cache.similaritiesToEach(rows)).toEqual(rows.map((row) => plain.similaritiesTo(row)));
  }
});

it('evicts the least recently used rows', () => {
  const count = 10;
  const fourRows = 4 * 4 * count;
  const cache = new SimilarityCache({ count, width: 1, values: new Float32Array(count).fill(0.5) }, fourRows);
  const [oldest, kept] = [cache.similaritiesTo(0), cache.similaritiesTo(1)];
  for (const row of [2, 3]) cache.similaritiesTo(row);
  expect(cache.similaritiesTo(1)).toBe(kept);
  cache.similaritiesTo(4);
  expect(cache.similaritiesTo(1)).toBe(kept);
  expect(cache.similaritiesTo(0)).not.toBe(oldest);
});

it('keeps so few of a small catalogue that memory does not grow with a long history', () => {
  const count = 300;
  const cache = new SimilarityCache({ count, width: 1, values: new Float32Array(count).fill(0.5) });
  for (let row = 0; row < count; row++) cache.similaritiesTo(row);
  expect([199, 200].map((row) => cache.cached(row) !== undefined)).toEqual([false, true]);
});
