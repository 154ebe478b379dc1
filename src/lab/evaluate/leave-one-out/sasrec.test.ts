import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../core/common/random';
import { rankOf } from '../../../device/ranking';
import { countingTensors, useBackend } from '../../../testing/backends';
import { trainSasrec } from './sasrec';
import { sasrecBatch, sasrecParts, sasrecSource } from './sasrec-batch';
import { Adam } from './sasrec-model';
import type { ChoiceHistory } from './split';

beforeAll(() => useBackend('cpu'));

const history = (...rows: number[]): ChoiceHistory => ({
  rows: Int32Array.from(rows),
  times: new Float64Array(rows.length),
});

describe('batches', () => {
  const histories = [history(0, 1, 2, 3, 4), history(5, 6), history(7), history(2, 1, 0)];
  const source = sasrecSource(histories, { count: 10, length: 3, negatives: 4 });

  it('contain every step once, in parts of limited length that end with the last step', () => {
    const parts = sasrecParts(source, 2, seededRandom(1)).flat();
    const steps = parts.flatMap(({ rows }) => [...rows.subarray(1)].map((next, n) => `${rows[n]}-${next}`));
    expect(steps.sort()).toEqual(['0-1', '1-0', '1-2', '2-1', '2-3', '3-4', '5-6']);
    expect(Math.max(...parts.map(({ rows }) => rows.length))).toBe(4);
  });

  it('pad before the first item, and contrast the next item with every item that the user did not choose', () => {
    const parts = [
      { user: 0, rows: Int32Array.of(2, 3, 4) },
      { user: 1, rows: Int32Array.of(5, 6) },
    ];
    const { inputs, labels, columns, offset } = sasrecBatch(parts, source, seededRandom(1));
    expect([...inputs]).toEqual([2, 3, -1, 5]);
    expect(columns.slice(0, 3)).toEqual(Int32Array.of(3, 4, 6));
    expect([...labels]).toEqual([0, 1, -1, 2]);
    const width = columns.length;
    // Of seven next items, one is item 3: three draws of those, and four of ten items.
    const chance = (share: number): number => 1 - (1 - share) ** 3 * 0.9 ** 4;
    expect(offset[0]).toBeCloseTo(-Math.log(chance(1 / 7)), 5);
    expect(offset[1]).toBe(-1e4);
    expect(offset[2]).toBeCloseTo(-Math.log(chance(1 / 7)), 5);
    expect(offset[3 * width]).toBeCloseTo(-Math.log(chance(1 / 7)), 5);
  });
});

it('Adam takes its first step by the sign of the slope, and changes only one part', () => {
  const values = Float32Array.of(1, 1, 1, 1);
  const adam = new Adam(0.1);
  adam.next();
  adam.step('x', values, Float32Array.of(3, -0.5), 2);
  expect([...values].map((value) => Math.round(1000 * value))).toEqual([1000, 1000, 900, 1100]);
});

it('learns which item follows which, gives the same result for the same seed, and leaks no tensor', async () => {
  const histories = Array.from({ length: 40 }, (_, user) => history(...[0, 1, 2, 3].map((n) => (user + n) % 12)));
  const train = (epochs: number) =>
    trainSasrec({
      histories,
      count: 14,
      seed: 1,
      dropout: 0.1,
      epochs,
      learningRate: 0.02,
      size: { width: 8, blocks: 1, heads: 2, length: 3 },
      onEpoch: async () => true,
    });
  await countingTensors(async () => {
    const model = await train(40);
    const [first, second] = await model.scores([Int32Array.of(3, 4), Int32Array.of(1, 2, 3, 4, 5, 6, 7)]);
    expect(rankOf(first, 5, [3, 4])).toBe(1);
    expect(rankOf(second, 8, [1, 2, 3, 4, 5, 6, 7])).toBe(1);
    const [once, again] = [await train(1), await train(1)];
    expect(await again.scores([Int32Array.of(3, 4)])).toEqual(await once.scores([Int32Array.of(3, 4)]));
  });
}, 120_000);
