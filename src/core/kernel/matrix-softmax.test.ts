import { describe, expect, it } from 'vitest';
import { scriptSoftmax } from './matrix';
import { compileKernel } from './wasm-matrix';

const KINDS = { 'of the kernel': compileKernel()!.softmax, 'in JavaScript': scriptSoftmax };

describe.each(Object.entries(KINDS))('a softmax %s', (_, softmax) => {
  it('is the share of each item for any size of the scores, and 0 for an excluded item', () => {
    const scores = Float32Array.of(1000, Number.NEGATIVE_INFINITY, 1000 - Math.log(4), 990);
    const shares = new Float32Array(4);
    const log = softmax(scores, Float32Array.of(0, 5, 0, 10), shares);
    for (const [n, share] of [4 / 9, 0, 1 / 9, 4 / 9].entries()) expect(shares[n]).toBeCloseTo(share, 4);
    expect(log - scores[2]).toBeCloseTo(Math.log(9), 4);
    expect(softmax(scores, null, null)).toBeCloseTo(1000 + Math.log(1.25 + Math.exp(-10)), 4);
  });

  it('is near the exact one for any number of items', () => {
    for (const count of [1, 3, 8, 70_001]) {
      const scores = Float32Array.from({ length: count }, (_unused, row) => 20 * Math.sin(7 * row) - row / 1000);
      const exact = Float64Array.from(scores, Math.exp);
      const total = exact.reduce((sum, value) => sum + value);
      const shares = new Float32Array(count);
      expect(softmax(scores, null, shares)).toBeCloseTo(Math.log(total), 6);
      const wrong = [...shares.keys()].filter(
        (row) => !(Math.abs(shares[row] - exact[row] / total) < (4e-6 * exact[row]) / total + 1e-27),
      );
      expect(wrong).toEqual([]);
    }
  });

  it('reports a NaN score', () => {
    const shares = new Float32Array(6);
    expect(softmax(Float32Array.of(1, 2, 3, 4, Number.NaN, 5), null, shares)).toBeNaN();
    expect(softmax(new Float32Array(6), Float32Array.of(0, 0, Number.NaN, 0, 0, 0), shares)).toBeNaN();
    expect(softmax(Float32Array.of(0, 1, 2, 3, 4, 5), null, shares)).toBeGreaterThan(5);
  });
});
