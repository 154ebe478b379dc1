import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { baseConfig } from '../base-model';
import { CATEGORIES, categoryHistory, categoryTable, useBackend } from '../testing/experts';
import { type ModelPlan, WindowModel } from './offline-model';

const COUNT = 61;
const table = categoryTable(COUNT);
const SIZES = { embeddingDim: 8, maxSeqLen: 5, heads: 2, blocks: 1 };
const sequences = Array.from({ length: 10 }, (_, user) => categoryHistory(COUNT, user % CATEGORIES, 6));
const step = {
  sequences: sequences.map((rows) => rows.subarray(0, 5)),
  validation: sequences.slice(0, 4).map((rows) => ({ history: rows.subarray(0, 5), target: rows[5] })),
  popularity: new Float32Array(COUNT).fill(1),
};
const plan = (more: Partial<ModelPlan> = {}): ModelPlan => ({
  config: baseConfig('sidestream', SIZES),
  table,
  growth: 'grow',
  freeze: true,
  epochs: 2,
  earlyStopping: true,
  seed: 1,
  ...more,
});
/** Numbers of the model after each of three windows. */
async function sizes(more: Partial<ModelPlan> = {}): Promise<number[]> {
  const model = new WindowModel(plan(more));
  const found: number[] = [];
  for (let window = 0; window < 3; window++) {
    await model.learn(step);
    found.push(model.parameters);
  }
  model.dispose();
  return found;
}

describe('a model trained window after window', () => {
  beforeAll(() => useBackend('wasm'));

  test('says how well items fit, and takes no memory after it is disposed of', async () => {
    const before = memory().numTensors;
    const model = new WindowModel(plan({ epochs: 4 }));
    expect(await model.terms([{ history: Int32Array.of(1), target: 2 }])).toEqual([{}]);
    expect(model.parameters).toBe(0);
    let epochs = 0;
    expect(await model.learn(step, () => epochs++)).toBe(epochs);
    expect(epochs).toBeGreaterThan(0);
    const [{ model: score, embedding }] = await model.terms([{ history: categoryHistory(COUNT, 3, 4), target: 2 }]);
    expect(score).toHaveLength(COUNT);
    const mean = (term: Float32Array | undefined, category: number): number =>
      categoryHistory(COUNT, category, 6).reduce((sum, row) => sum + (term?.[row] ?? Number.NaN) / 6, 0);
    expect(mean(embedding, 3)).toBeGreaterThan(mean(embedding, 7));
    await model.learn(step);
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test('without early stopping trains all epochs', async () => {
    const epochs: number[] = [];
    for (const earlyStopping of [true, false]) {
      // A last choice that can be ranked no better than it is: patience ends with it.
      const hopeless = { ...step, validation: [{ history: Int32Array.of(1), target: 1 }] };
      const model = new WindowModel(plan({ epochs: 8, earlyStopping }));
      epochs.push(await model.learn(hopeless));
      model.dispose();
    }
    expect(epochs[0]).toBeLessThan(8);
    expect(epochs[1]).toBe(8);
  });

  test('expands by the policy that it is given', async () => {
    const stays = await sizes({ growth: 'stay', freeze: false });
    expect(new Set(stays).size).toBe(1);
    const keeps = await sizes({ growth: 'keep-all' });
    expect(keeps[1]).toBeGreaterThan(stays[1]);
    expect(keeps[2] - keeps[1]).toBe(keeps[1] - keeps[0] - biases);
    const grows = await sizes();
    expect(grows[1]).toBe(keeps[1]);
    expect(grows[2]).toBeLessThanOrEqual(keeps[2]);
  });

  test('goes on from what it learned before, the same way for the same seed', async () => {
    const scores = async (windows: number, seed = 1): Promise<number[]> => {
      const model = new WindowModel(plan({ growth: 'stay', freeze: false, seed }));
      for (let window = 0; window < windows; window++) await model.learn(step);
      const [{ model: score }] = await model.terms([{ history: Int32Array.of(1, 2), target: 3 }]);
      model.dispose();
      return [...(score ?? [])];
    };
    const two = await scores(2);
    expect(await scores(2)).toEqual(two);
    expect(await scores(1)).not.toEqual(two);
    expect(await scores(2, 5)).not.toEqual(two);
  });

  test('has one term by the recipe of the paper', async () => {
    const model = new WindowModel(plan({ config: baseConfig('paper', SIZES) }));
    await model.learn(step);
    const [terms] = await model.terms([{ history: Int32Array.of(1), target: 2 }]);
    expect(Object.keys(terms)).toEqual(['model']);
    model.dispose();
  });
});

/** A router gets a bias for backbone and experts with its first expansion: 3 layers of 2 numbers. */
const biases = 3 * 2;
