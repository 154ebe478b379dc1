import { describe, expect, it } from 'vitest';
import { sideModel } from '../../testing/side-models';
import { twoKinds } from '../../testing/two-kinds';
import { featureBlocks } from './feature-blocks';
import { FeatureMatrix } from './feature-matrix';

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
});
