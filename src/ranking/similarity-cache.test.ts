import { expect, it } from 'vitest';
import type { ContentVectors } from '../catalog';
import { SimilarityCache } from './similarity-cache';

it('gives dot products with every item, and computes those of a row once', () => {
  const vectors: ContentVectors = { count: 3, width: 2, values: Float32Array.from([1, 0, 0.6, 0.8, 0, 1]) };
  const cache = new SimilarityCache(vectors);
  const first = cache.to(1);
  for (const [i, expected] of [0.6, 1, 0.8].entries()) expect(first[i]).toBeCloseTo(expected, 6);
  expect(cache.to(1)).toBe(first);
});

it('forgets what was not asked for lately', () => {
  const count = 10;
  const fourRows = 4 * 4 * count;
  const cache = new SimilarityCache({ count, width: 1, values: new Float32Array(count).fill(0.5) }, fourRows);
  const [oldest, kept] = [cache.to(0), cache.to(1)];
  for (const row of [2, 3]) cache.to(row);
  expect(cache.to(1)).toBe(kept);
  cache.to(4);
  expect(cache.to(1)).toBe(kept);
  expect(cache.to(0)).not.toBe(oldest);
});
