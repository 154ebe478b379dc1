import { describe, expect, it } from 'vitest';
import { twoKinds } from '../../testing/two-kinds';
import { type FeatureBlocks, featureBlocks, mayComeLater } from './feature-blocks';

const COUNT = 60;
const index = twoKinds(COUNT);
const base = (width: number) => ({
  width,
  items: Float32Array.from({ length: COUNT * width }, (_, at) => Math.sin(at)),
  scores: new Float32Array(COUNT),
});
const factors = {
  blocks: [
    { name: 'cooccurrence' as const, width: 2, values: Float32Array.from({ length: COUNT * 2 }, (_, at) => at % 7) },
    { name: 'users' as const, width: 3, values: Float32Array.from({ length: COUNT * 3 }, (_, at) => at % 5) },
  ],
};

const columns = ({ count, blocks }: FeatureBlocks, name: string): number[][] => {
  const block = blocks.find((entry) => entry.name.startsWith(name));
  if (!block) return [];
  const { width, values, center, scale } = block;
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: width }, (_unused, d) => (values[row * width + d] - center[d]) * scale[d]),
  );
};

describe('featureBlocks', () => {
  it('reads everything that is known of the items, each block of mean 0 and of its own length', () => {
    const features = featureBlocks({ ...index, factors }, base(3));
    const blocks = [
      ['content 8', 1],
      ['place 24', 0.5],
      ['categories New|Old 2', 0.5],
      ['year 17', 0.5],
      ['embedding 3', 1],
      ['cooccurrence 2', 1],
      ['users 3', 1],
    ] as const;
    expect(features.blocks.map(({ name }) => name)).toEqual(blocks.map(([name]) => name));
    for (const [name, length] of blocks) {
      const rows = columns(features, name);
      const squares = rows.map((row) => row.reduce((sum, value) => sum + value ** 2, 0));
      expect(squares.reduce((sum, value) => sum + value) / COUNT).toBeCloseTo(length ** 2, 4);
      for (const d of rows[0].keys()) expect(rows.reduce((sum, row) => sum + row[d], 0)).toBeCloseTo(0, 3);
    }
  });

  it('reads neither an embedding nor factors where the shop has none', () => {
    const names = (given: FeatureBlocks) => given.blocks.map(({ name }) => name.split(' ')[0]);
    expect(names(featureBlocks(index, null))).toEqual(['content', 'place', 'categories', 'year']);
    expect(names(featureBlocks({ ...index, factors: null }, null))).toHaveLength(4);
  });

  it('takes the map of the factors where it is about the same columns, and else none', () => {
    const without = featureBlocks({ ...index, factors }, base(3));
    const blocks = without.blocks.map(({ name, width }) => ({ name, width }));
    const map = {
      blocks,
      eigenvalues: Float32Array.of(1),
      eigenvectors: new Float32Array(8 + 24 + 2 + 17 + 3 + 2 + 3),
    };
    const having = (own: typeof map, signal: ReturnType<typeof base> | null = base(3)) =>
      featureBlocks({ ...index, factors: { ...factors, map: own } }, signal).map;
    expect(without.map).toBeUndefined();
    expect(having(map)).toBe(map);
    // The base model is not loaded, or has another width; and blocks in another order.
    expect(having(map, null)).toBeUndefined();
    expect(having(map, base(4))).toBeUndefined();
    expect(having({ ...map, blocks: blocks.toReversed() })).toBeUndefined();
    expect(having({ ...map, blocks: blocks.map((block, n) => (n ? block : { ...block, width: 9 })) })).toBeUndefined();
    expect(having({ ...map, blocks: blocks.slice(1) })).toBeUndefined();
  });

  it('tells what was learned from one file of logs from another one', () => {
    const keysOf = (digest?: string) =>
      featureBlocks({ ...index, factors: { ...factors, digest } }, { ...base(3), digest }).blocks.map(({ key }) => key);
    const [one, other, none] = [keysOf('a1'.repeat(32)), keysOf('b2'.repeat(32)), keysOf()];
    expect(one.filter((key) => !other.includes(key))).toEqual([
      'embedding 3 a1a1a1a1a1a1',
      ...factors.blocks.map(({ name, width }) => `${name} ${width} a1a1a1a1a1a1`),
    ]);
    expect(none).toEqual(featureBlocks({ ...index, factors }, base(3)).blocks.map(({ name }) => name));
  });

  it('scales text above pictures only without a base model', () => {
    const scales = (given: FeatureBlocks) => given.blocks.map(({ readoutScale }) => [...readoutScale]);
    const [content, ...others] = scales(featureBlocks(index, null));
    expect(content).toEqual([...Float32Array.of(2.56, 2.56, 2.56, 2.56, 1, 1, 1, 1)]);
    expect([...others, ...scales(featureBlocks(index, base(3)))].flat().every((value) => value === 1)).toBe(true);
  });
});

it('knows the blocks that come after the first list', () => {
  const late = ['embedding 3', 'cooccurrence 64 0123456789ab', 'users 64'];
  const may = (keys: string[], present: string[]) => keys.filter((key) => mayComeLater(key, present));
  expect(may(late, ['content 8'])).toEqual(late);
  expect(may(['content 8', 'users', 'embeddings 3'], [])).toEqual([]);
  // The shop trained again: what fits the files of before never comes.
  expect(may(late, ['content 8', 'embedding 3 ffffffffffff', 'users 16 ffffffffffff'])).toEqual([late[1]]);
});
