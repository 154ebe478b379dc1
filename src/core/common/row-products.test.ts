import { describe, expect, it } from 'vitest';
import { rowProducts } from './row-products';

const values = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(seed + i * 12.9898));

describe('products of rows', () => {
  it.each([
    [1, 1, 3],
    [7, 5, 20],
    [9, 4, 1100],
  ])('are right for %i rows by %i of %i values', (aCount, bCount, length) => {
    const [a, b] = [values(aCount * length, 1), values(bCount * length, 2)];
    const rows = { count: aCount, length, values: a };
    const both = rowProducts(rows, { count: bCount, length, values: b });
    const own = rowProducts(rows, rows);
    const product = (x: Float64Array, i: number, y: Float64Array, j: number): number => {
      let sum = 0;
      for (let d = 0; d < length; d++) sum += x[i * length + d] * y[j * length + d];
      return sum;
    };
    for (let i = 0; i < aCount; i++) {
      for (let j = 0; j < bCount; j++) expect(both[i * bCount + j]).toBeCloseTo(product(a, i, b, j), 9);
      for (let j = 0; j < aCount; j++) expect(own[i * aCount + j]).toBeCloseTo(product(a, i, a, j), 9);
    }
  });
});
