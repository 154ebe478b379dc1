import { describe, expect, it } from 'vitest';
import { sideModel } from '../../../testing/side-models';
import { threeGroups } from '../../../testing/three-groups';
import { twoKinds } from '../../../testing/two-kinds';
import { withVariants } from '../../../testing/variants';
import { catalogIndex, numberRbf } from '../../ranking';
import { productVariants } from '../../ranking/variants';
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

  it('reads the same from tables for the variants of a product, which share their place', () => {
    const { index, table, blend } = threeGroups(1050);
    const { items, table: rows } = withVariants(index.items, table, 4, (item, n) => ({
      price: (item.price ?? 10) + 3 * n,
    }));
    const features = featureBlocks(catalogIndex(items, rows, blend, { variants: productVariants(items) }));
    expect(features.blocks.some(({ table: own }) => own !== null)).toBe(true);
    const tabled = new FeatureMatrix(features);
    const plain = new FeatureMatrix({
      ...features,
      blocks: features.blocks.map((block) => ({ ...block, table: null })),
    });
    for (const row of [0, 3, 4, 2101, 4198, 4199]) {
      const [own, exact] = [tabled.row(row), plain.row(row)];
      for (const [n, { from, to, scale }] of plain.blocks.entries()) {
        for (let d = from; d < to; d++) {
          expect(Math.abs(own[tabled.blocks[n].from + d - from] - exact[d])).toBeLessThan(
            1e-4 * scale[d - from] + 1e-6,
          );
        }
      }
    }
    const place = tabled.blocks.find(({ name }) => name.startsWith('place'));
    expect(tabled.row(4).subarray(place?.from, place?.to)).toEqual(tabled.row(7).subarray(place?.from, place?.to));
  });

  it('reads attributes of many items through tables, within 1e-4 of their height', () => {
    const index = twoKinds(5000);
    const features = featureBlocks(index);
    expect(features.blocks.map(({ table }) => table !== null)).toEqual([false, true, true, true]);
    const tabled = new FeatureMatrix(features);
    const plain = new FeatureMatrix({
      ...features,
      blocks: features.blocks.map((block) => ({ ...block, table: null })),
    });
    expect(tabled.blocks.map(({ key, at }) => [key, at])).toEqual(plain.blocks.map(({ key, at }) => [key, at]));
    for (const row of [0, 1, 2499, 2502, 4999]) {
      const [own, exact] = [tabled.row(row), plain.row(row)];
      for (const [n, { from, to, scale }] of plain.blocks.entries()) {
        for (let d = from; d < to; d++) {
          const found = own[tabled.blocks[n].from + d - from];
          expect(Math.abs(found - exact[d])).toBeLessThan(1e-4 * scale[d - from] + 1e-6);
        }
      }
    }
    const query = Float32Array.from({ length: plain.width }, (_, d) => Math.sin(d));
    const [own] = tabled.readOut([query]);
    const [exact] = plain.readOut([query]);
    for (const row of own.keys()) expect(Math.abs(own[row] - exact[row])).toBeLessThan(1e-3);
  });

  it('takes another number of an item, with a table or without', () => {
    for (const count of [60, 5000]) {
      const matrix = new FeatureMatrix(featureBlocks(twoKinds(count)));
      const before = [matrix.row(7), matrix.row(9)];
      matrix.setNumber('year', 7, 1.5);
      matrix.setNumber('price', 7, 1.5);
      const year = matrix.blocks[3];
      const { from, center, scale } = year;
      for (const [d, value] of numberRbf(Float32Array.of(1.5)).entries()) {
        expect(matrix.row(7)[from + d]).toBeCloseTo((value - center[d]) * scale[d], 4);
      }
      matrix.setNumber('year', 7, Number.NaN);
      for (const [d, mean] of center.entries()) expect(matrix.row(7)[from + d]).toBeCloseTo(-mean * scale[d], 6);
      expect(matrix.row(7).subarray(0, from)).toEqual(before[0].subarray(0, from));
      expect(matrix.row(9)).toEqual(before[1]);
    }
  });
});
