import { expect, it } from 'vitest';
import { listQuality } from './list-quality';

it('measures coverage, novelty, and popularity relative to the choices', () => {
  // Two items share the lowest place of popularity.
  const popularity = Float32Array.of(0, 0, 3, 8);
  const { coverage, novelty, popularityBias } = listQuality([3, 0, 0, 1], [2, 3], popularity);
  expect(coverage).toBe(0.5);
  expect(novelty).toBeCloseTo((3 * Math.log2(15 / 1) + Math.log2(15 / 9)) / 4);
  // Percentiles: 1/6, 1/6, 2/3 and 1.
  expect(popularityBias).toBeCloseTo((3 / 6 + 1) / 4 - (2 / 3 + 1) / 2);
});

it('finds no bias if lists contain the chosen items', () => {
  expect(listQuality([0, 1, 1], [1, 2], Float32Array.of(5, 1, 2)).popularityBias).toBeCloseTo(0);
});
