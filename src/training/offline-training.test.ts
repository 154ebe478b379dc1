import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { BaseModel, baseConfig } from '../base-model';
import { expertCounts, LADDERS } from '../model';
import { CATEGORIES, categoryTable, useBackend } from '../testing/experts';
import { type TrainingRequest, type TrainingState, trainOffline } from './offline-training';
import { cutWindows, nextWeights } from './offline-windows';
import { rankQuality } from './rank-quality';

const PER_CATEGORY = 20;
const COUNT = PER_CATEGORY * CATEGORIES + 1;
const table = categoryTable(COUNT);
const SIZES = { embeddingDim: 8, maxSeqLen: 5, heads: 2, blocks: 1 };

/** Users who stay in one category, walking through its items with their own stride. */
const sequences = Array.from({ length: 24 }, (_, user) => {
  const category = user % CATEGORIES;
  const stride = 1 + (user % 7);
  return Int32Array.from({ length: 9 }, (_, i) => ((user + i * stride) % PER_CATEGORY) * CATEGORIES + category);
});
const validation = sequences.slice(0, 12).map((rows) => ({ history: rows.subarray(0, 8), target: rows[8] }));
const training = sequences.map((rows, user) => (user < 12 ? rows.subarray(0, 8) : rows));
const request = (more: Partial<TrainingRequest> = {}): TrainingRequest => ({
  config: baseConfig('sidestream', SIZES),
  table,
  sequences: training,
  validation,
  seed: 1,
  epochs: 6,
  batch: 8,
  bottleneckDim: 4,
  negatives: 16,
  ...more,
});

describe('training a base model', () => {
  beforeAll(() => useBackend('wasm'));

  test.each(['sidestream', 'paper'] as const)('learns what users choose next by the recipe %s', async (recipe) => {
    const config = baseConfig(recipe, SIZES);
    const before = memory().numTensors;
    const { weights, reports, epoch, utilization } = await trainOffline(
      request({ config, epochs: 12, patience: 12, learningRate: 0.01 }),
    );
    expect(memory().numTensors).toBe(before);
    expect(reports).toHaveLength(12);
    expect(reports[11].loss).toBeLessThan(reports[0].loss);
    const best = Math.max(...reports.map(({ validation: quality }) => quality?.ndcg10 ?? 0));
    expect(reports[epoch - 1].validation?.ndcg10).toBe(best);
    for (const ladder of LADDERS) {
      expect(utilization[ladder]).toHaveLength(table.taps[ladder] - 1);
      for (const shares of utilization[ladder]) expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1);
    }

    const model = BaseModel.from(weights, config, table);
    const items = await model.embedItems(table);
    const scores = await model.scores(await model.userVectors(training.slice(0, 8), items), items);
    model.dispose();
    expect(memory().numTensors).toBe(before);
    // Users of a category score it above the others.
    let right = 0;
    for (let user = 0; user < 8; user++) {
      const sums = new Float64Array(CATEGORIES);
      for (let row = 0; row < COUNT - 1; row++) sums[row % CATEGORIES] += scores[user * COUNT + row];
      if (sums.indexOf(Math.max(...sums)) === user % CATEGORIES) right++;
    }
    expect(right).toBeGreaterThanOrEqual(6);
  });

  test('gives the same weights for the same seed, and others for another', async () => {
    const [a, b, c] = [
      await trainOffline(request({ epochs: 2 })),
      await trainOffline(request({ epochs: 2 })),
      await trainOffline(request({ epochs: 2, seed: 2 })),
    ];
    expect(b).toEqual(a);
    expect(c.weights).not.toEqual(a.weights);
  });

  test('goes on from a kept state as if it had not stopped', async () => {
    const states: TrainingState[] = [];
    const whole = await trainOffline(
      request({
        epochs: 5,
        patience: 9,
        onEpoch: async (_, state) => {
          states.push(await state());
        },
      }),
    );
    const rest = await trainOffline(request({ epochs: 5, patience: 9, resume: states[2] }));
    expect(rest.reports.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
    expect(rest.epoch).toBe(whole.epoch);
    for (const [name, { values }] of Object.entries(whole.weights)) {
      const again = rest.weights[name].values;
      expect(Math.max(...values.map((value, i) => Math.abs(value - again[i]))), name).toBeLessThan(1e-3);
    }
  });

  test('stops when the ranking gets no better, and when asked to', async () => {
    const stuck = await trainOffline(request({ epochs: 20, patience: 2, learningRate: 1e-9 }));
    expect(stuck.reports.length).toBeLessThan(20);
    const asked = new AbortController();
    const stopped = await trainOffline(request({ signal: asked.signal, onEpoch: () => asked.abort() }));
    expect(stopped.reports).toHaveLength(1);
  });

  test('leaves frozen experts and other windows alone', async () => {
    const config = baseConfig('sidestream', SIZES);
    const first = await trainOffline(request({ epochs: 1 }));
    const grown = nextWeights(first.weights, first.utilization, 'sidestream', { seed: 1 });
    expect(expertCounts(grown)).toEqual({ text: [2, 2], image: [2] });
    const popularity = new Float32Array(COUNT);
    const quality = async (weights: typeof grown) => {
      const model = BaseModel.from(weights, config, table);
      const items = await model.embedItems(table);
      model.dispose();
      return items;
    };
    const [before, after] = [await quality(first.weights), await quality(grown)];
    expect(Math.max(...before.map((value, i) => Math.abs(value - after[i])))).toBeLessThan(1e-5);
    const second = await trainOffline(request({ epochs: 1, initial: grown, freezeExperts: true, popularity }));
    const name = (expert: number) => `multimodal_encoder.text_encoder.moes.0.experts.${expert}.fc_up.weight`;
    expect(second.weights[name(0)]).toEqual(grown[name(0)]);
    expect(second.weights[name(1)]).not.toEqual(grown[name(1)]);
    const paper = nextWeights(first.weights, first.utilization, 'paper', { seed: 1 });
    expect(await quality(paper)).not.toEqual(before);
  });

  test('refuses what cannot be learned', async () => {
    await expect(trainOffline(request({ sequences: [Int32Array.of(1)] }))).rejects.toMatchObject({
      code: 'runtime/invalid-input',
    });
    await expect(trainOffline(request({ sequences: [Int32Array.of(1, COUNT)] }))).rejects.toMatchObject({
      code: 'runtime/invalid-input',
    });
    const before = memory().numTensors;
    await expect(trainOffline(request({ popularity: new Float32Array(COUNT).fill(Number.NaN) }))).rejects.toMatchObject(
      {
        code: 'model/not-finite',
      },
    );
    expect(memory().numTensors).toBe(before);
  });
});

test('windows have equal counts and lose nothing', () => {
  const stream = Array.from({ length: 11 }, (_, i) => i);
  const windows = cutWindows(stream, 3);
  expect(windows.flat()).toEqual(stream);
  expect(windows.map(({ length }) => length)).toEqual([4, 3, 4]);
  expect(cutWindows([1], 3).flat()).toEqual([1]);
});

test('the quality of a ranking is that of its ranks', async () => {
  await useBackend('cpu');
  const { weights } = await trainOffline(request({ epochs: 1 }));
  const config = baseConfig('sidestream', SIZES);
  const model = BaseModel.from(weights, config, table);
  const { parametersFrom, disposeParameters } = await import('../model');
  const parameters = parametersFrom(weights);
  const prior = new Float32Array(COUNT);
  prior[7] = 1e6;
  prior[11] = 1e5;
  const cases = [
    { history: Int32Array.of(3), target: 7 },
    { history: Int32Array.of(3), target: 11 },
    { history: Int32Array.of(7), target: 11 },
  ];
  const quality = await rankQuality(parameters, config, table, cases, prior);
  expect(quality.hr10).toBe(1);
  expect(quality.ndcg10).toBeCloseTo((1 + 1 / Math.log2(3) + 1) / 3, 5);
  disposeParameters(parameters);
  model.dispose();
});
