import { describe, expect, it } from 'vitest';
import { sideModel } from '../../../../testing/side-models';
import { twoKinds } from '../../../../testing/two-kinds';
import { type FeatureBlocks, featureBlocks } from './feature-matrix';

const COUNT = 60;
const index = twoKinds(COUNT);

const columns = ({ count, blocks }: FeatureBlocks, name: string): number[][] => {
  const block = blocks.find((entry) => entry.name.startsWith(name));
  if (!block) return [];
  const { width, values, center, scale } = block;
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: width }, (_unused, d) => (values[row * width + d] - center[d]) * scale[d]),
  );
};

describe('featureBlocks', () => {
  it('reads all data of the items, each block with mean 0 and its own length', () => {
    const features = featureBlocks(index);
    const blocks = [
      ['content 8', 1],
      ['place 24', 0.5],
      ['categories New|Old 2', 0.5],
      ['year 17', 0.5],
    ] as const;
    expect(features.blocks.map(({ name }) => name)).toEqual(blocks.map(([name]) => name));
    for (const [name, length] of blocks) {
      const rows = columns(features, name);
      const squares = rows.map((row) => row.reduce((sum, value) => sum + value ** 2, 0));
      expect(squares.reduce((sum, value) => sum + value) / COUNT).toBeCloseTo(length ** 2, 4);
      for (const d of rows[0].keys()) expect(rows.reduce((sum, row) => sum + row[d], 0)).toBeCloseTo(0, 3);
    }
  });

  it("has one read-out per block, the text's stronger than the pictures', and all others unscaled", () => {
    const { blocks } = featureBlocks(index);
    expect(blocks.every(({ states }) => states.length === 1 && states[0].decay === null)).toBe(true);
    const [content, ...others] = blocks.map(({ states }) => [...states[0].gain]);
    expect(new Set(content.slice(0, 4)).size).toBe(1);
    expect(content[0]).toBeGreaterThan(1);
    expect(content.slice(4)).toEqual([1, 1, 1, 1]);
    expect(others.flat().every((value) => value === 1)).toBe(true);
  });

  it('reads the unscaled side model, with its states, instead of the content', () => {
    const side = { ...sideModel(COUNT, 3, [0.5, 0.9]), digest: 'ab'.repeat(32) };
    const { blocks } = featureBlocks({ ...index, side });
    const block = blocks[blocks.length - 1];
    expect(blocks.map(({ name }) => name)).toEqual([
      ...featureBlocks(index)
        .blocks.map(({ name }) => name)
        .slice(1),
      'side 3',
    ]);
    expect(columns({ count: COUNT, blocks }, 'side').flat()).toEqual([...side.vectors]);
    expect(block.states.map(({ decay }) => decay)).toEqual([0.5, 0.9]);
    // All gains have the same factor.
    const factors = block.states.flatMap(({ gain }, h) => [...gain].map((value, d) => value / side.states[h].gain[d]));
    for (const factor of factors) expect(factor).toBeCloseTo(factors[0], 5);
    expect(factors[0]).toBeGreaterThan(0);
    expect([...blocks[0].states[0].gain].every((value) => value === 1)).toBe(true);
    // Coefficients fit the vectors of one file.
    expect(block.key).toMatch(/^side 3 (ab)+$/);
    const [plain] = featureBlocks({ ...index, side: sideModel(COUNT, 3) }).blocks.slice(-1);
    expect(plain.key).toBe('side 3');
  });
});
