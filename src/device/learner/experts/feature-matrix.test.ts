import { describe, expect, it } from 'vitest';
import { twoKinds } from '../../../../testing/two-kinds';
import { numberBlock } from '../../ranking';
import { FeatureMatrix, featureBlocks } from './feature-matrix';

describe('FeatureMatrix', () => {
  it('holds the standardised features of each block side by side', () => {
    const features = featureBlocks(twoKinds(9));
    const matrix = new FeatureMatrix(features);
    expect(matrix.blocks.map(({ from, to }) => to - from)).toEqual(features.blocks.map(({ width }) => width));
    expect(matrix.width).toBe(matrix.blocks.at(-1)?.to);
    for (const [n, { values, center, scale, width, states }] of features.blocks.entries()) {
      const { from, to } = matrix.blocks[n];
      expect(matrix.blocks[n].states).toEqual(states);
      const standardised = Float32Array.from(
        { length: width },
        (_, d) => (values[7 * width + d] - center[d]) * scale[d],
      );
      expect(matrix.row(7).subarray(from, to)).toEqual(standardised);
    }
  });

  it('steps by the rate of each block', () => {
    const matrix = new FeatureMatrix(featureBlocks(twoKinds(9)));
    const gradient = Float32Array.from({ length: matrix.width }, (_, d) => Math.sin(3 * d));
    const rates = matrix.blocks.flatMap(({ from, to, rate }) => new Array<number>(to - from).fill(rate));
    for (const [d, value] of matrix.step(gradient).entries()) expect(value).toBeCloseTo(rates[d] * gradient[d], 6);
  });

  it('has the numbers of offers, standardised like the own ones', () => {
    const index = twoKinds(60);
    const own = new FeatureMatrix(featureBlocks(index));
    const { from, center, scale } = own.blocks[3];
    const offered = (value: number): FeatureMatrix => {
      const numbers = index.numbers.map((column) => ({
        ...column,
        values: column.values.map((other, row) => (row === 7 ? value : other)),
      }));
      return new FeatureMatrix(featureBlocks({ ...index, numbers, ownNumbers: index.numbers }));
    };
    const matrix = offered(1.5);
    for (const [d, value] of numberBlock({ name: 'year', values: Float32Array.of(1.5) }).values.entries()) {
      expect(matrix.row(7)[from + d]).toBeCloseTo((value - center[d]) * scale[d], 4);
    }
    for (const [d, mean] of center.entries()) {
      expect(offered(Number.NaN).row(7)[from + d]).toBeCloseTo(-mean * scale[d], 6);
    }
    expect(matrix.row(7).subarray(0, from)).toEqual(own.row(7).subarray(0, from));
    expect(matrix.row(9)).toEqual(own.row(9));
  });
});
