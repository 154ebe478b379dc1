import { describe, expect, it } from 'vitest';
import { twoKinds } from '../../testing/two-kinds';
import { featureBlocks } from './feature-blocks';
import { FeatureMatrix } from './feature-matrix';

describe('FeatureMatrix', () => {
  it('holds the standardised features of each block side by side', () => {
    const features = featureBlocks(twoKinds(9), null);
    const matrix = new FeatureMatrix(features);
    expect(matrix.blocks.map(({ from, to }) => to - from)).toEqual(features.blocks.map(({ width }) => width));
    expect(matrix.width).toBe(matrix.blocks.at(-1)?.to);
    for (const [n, { values, center, scale, width, readoutScale }] of features.blocks.entries()) {
      const { from, to } = matrix.blocks[n];
      expect(matrix.readoutScale.subarray(from, to)).toEqual(readoutScale);
      const standardised = Float32Array.from(
        { length: width },
        (_, d) => (values[7 * width + d] - center[d]) * scale[d],
      );
      expect(matrix.row(7).subarray(from, to)).toEqual(standardised);
    }
  });

  it('steps by the rate of each block, and along the eigenvectors of a map', () => {
    const features = featureBlocks(twoKinds(9), null);
    const plain = new FeatureMatrix(features);
    const { width } = plain;
    const gradient = Float32Array.from({ length: width }, (_, d) => Math.sin(3 * d));
    const rates = plain.blocks.flatMap(({ from, to, rate }) => new Array<number>(to - from).fill(rate));
    const own = plain.step(gradient);
    for (const [d, value] of own.entries()) expect(value).toBeCloseTo(rates[d] * gradient[d], 6);
    const eigenvectors = Float32Array.from({ length: 2 * width }, (_, at) => Math.cos(at));
    const map = { blocks: [], eigenvalues: Float32Array.of(0.5, -2), eigenvectors };
    const mapped = new FeatureMatrix({ ...features, map }).step(gradient);
    const [one, other] = [0, 1].map((k) => gradient.reduce((sum, g, d) => sum + g * eigenvectors[k * width + d], 0));
    for (const [d, value] of mapped.entries()) {
      expect(value).toBeCloseTo(own[d] + 0.5 * one * eigenvectors[d] - 2 * other * eigenvectors[width + d], 4);
    }
  });
});
