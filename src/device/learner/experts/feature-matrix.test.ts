import { describe, expect, it } from 'vitest';
import { sideModel } from '../../../../testing/side-models';
import { twoKinds } from '../../../../testing/two-kinds';
import { numberRbf } from '../../ranking';
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

  it('has the read-outs of all states one after the other', () => {
    const index = twoKinds(9);
    const side = sideModel(9, 3, [0.5, 0.9]);
    const { blocks, coefficients, width } = new FeatureMatrix(featureBlocks({ ...index, side }));
    let at = 0;
    for (const block of blocks) {
      expect(block.at).toBe(at);
      at += (block.to - block.from) * block.states.length;
    }
    expect(coefficients).toBe(at);
    expect(coefficients).toBe(width + 3);
  });

  it('steps by the rate of each block', () => {
    const matrix = new FeatureMatrix(featureBlocks(twoKinds(9)));
    const gradient = Float32Array.from({ length: matrix.width }, (_, d) => Math.sin(3 * d));
    const rates = matrix.blocks.flatMap(({ from, to, rate }) => new Array<number>(to - from).fill(rate));
    for (const [d, value] of matrix.step(gradient).entries()) expect(value).toBeCloseTo(rates[d] * gradient[d], 6);
  });

  it('takes another number of an item', () => {
    const matrix = new FeatureMatrix(featureBlocks(twoKinds(60)));
    const before = [matrix.row(7), matrix.row(9)];
    matrix.setNumber('year', 7, 1.5);
    matrix.setNumber('price', 7, 1.5);
    const { from, center, scale } = matrix.blocks[3];
    for (const [d, value] of numberRbf(Float32Array.of(1.5)).entries()) {
      expect(matrix.row(7)[from + d]).toBeCloseTo((value - center[d]) * scale[d], 4);
    }
    matrix.setNumber('year', 7, Number.NaN);
    for (const [d, mean] of center.entries()) expect(matrix.row(7)[from + d]).toBeCloseTo(-mean * scale[d], 6);
    expect(matrix.row(7).subarray(0, from)).toEqual(before[0].subarray(0, from));
    expect(matrix.row(9)).toEqual(before[1]);
  });
});
