import '@tensorflow/tfjs-backend-cpu';
import { env, memory, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BaseModel, baseConfig, initialWeights } from '../base-model';
import { createTable, type Item, quantizeRow } from '../catalog';
import type { LearnerCatalogue } from '../learner';
import { seededRandom } from '../model';
import { catalogueIndex } from '../ranking';
import { fullFinetuneMethod, paperExpertMethod } from './base-tuning';
import type { DeviceMethod } from './device';
import { baseMethod } from './methods';

const COUNT = 60;
const catalogue = groupedCatalogue();
const config = baseConfig('sidestream', { embeddingDim: 6, maxSeqLen: 5, heads: 2, blocks: 1 });
const weights = initialWeights(config, catalogue.table, 4, 3);
const model = BaseModel.from(weights, config, catalogue.table);

/** Items of three groups, each with its own direction. */
function groupedCatalogue(): LearnerCatalogue {
  const random = seededRandom(5);
  const table = createTable({ dim: 6, taps: { text: 3, image: 2 } }, COUNT);
  for (let row = 0; row < COUNT; row++) {
    for (let tap = 0; tap < 5; tap++) {
      const vector = Float32Array.from({ length: 6 }, (_, d) => (d === row % 3 ? 2 : random() - 0.5));
      table.scales[row * 5 + tap] = quantizeRow(vector, table.values, (row * 5 + tap) * 6);
    }
  }
  const items: Item[] = Array.from({ length: COUNT }, (_, row) => ({
    id: `${row}`,
    title: '',
    description: '',
    category: '',
    availability: 'in-stock',
    attributes: {},
    popularity: row % 4,
  }));
  const blend = { text: { tap: 2, weight: 0.5 }, image: { tap: 1, weight: 0.5 } };
  return { index: catalogueIndex(items, table, blend), table, blend };
}

/** Scores after each of `events` choices of one group. */
async function scoresOf(method: DeviceMethod, events: number): Promise<Float32Array[]> {
  const run = method.start();
  const seen: Float32Array[] = [];
  for (let n = 0; n < events; n++) {
    await run.observe((n % 20) * 3, n);
    seen.push(await run.scores());
  }
  run.close();
  return seen;
}

describe.each([
  ['paper-expert', paperExpertMethod],
  ['full-finetune', fullFinetuneMethod],
] as const)('%s', (name, methodOf) => {
  beforeAll(async () => {
    env().set('PROD', true);
    await setBackend('cpu');
  });

  it('learns from every tenth event on, the same again from the same seed, and leaves no tensor', async () => {
    const before = memory().numTensors;
    const kept = Object.fromEntries(Object.entries(weights).map(([key, { values }]) => [key, values.slice()]));
    const method = methodOf(catalogue, model, { seed: 1 });
    expect(method.name).toBe(name);
    const first = await scoresOf(method, 30);
    expect(memory().numTensors).toBe(before);
    const again = await scoresOf(methodOf(catalogue, model, { seed: 1 }), 30);
    const other = await scoresOf(methodOf(catalogue, model, { seed: 2 }), 30);
    const second = await scoresOf(method, 30);
    expect(again).toEqual(first);
    expect(second).toEqual(first);
    expect(other[29]).not.toEqual(first[29]);
    expect(memory().numTensors).toBe(before);
    for (const [key, values] of Object.entries(kept)) expect(model.weights[key].values, key).toEqual(values);
  });

  it('is what it started from until the tenth event', async () => {
    const untrained = methodOf(catalogue, model, { seed: 1 });
    const one = await scoresOf(untrained, 9);
    const fresh = methodOf(catalogue, model, { seed: 9 });
    const two = await scoresOf(fresh, 9);
    // Full fine-tuning starts from the base itself, the published expert from a random router row.
    if (name === 'full-finetune') expect(two).toEqual(one);
    else expect(two[8]).not.toEqual(one[8]);
  });
});

it('fine-tuning parts the shopper’s kind of items from the others', async () => {
  const marginOf = async (method: DeviceMethod): Promise<number> => {
    const scores = (await scoresOf(method, 60))[59];
    const mean = (group: number): number => {
      const rows = Array.from({ length: COUNT / 3 }, (_, n) => n * 3 + group);
      return rows.reduce((sum, row) => sum + scores[row] - catalogue.index.logPopularity[row], 0) / rows.length;
    };
    return mean(0) - Math.max(mean(1), mean(2));
  };
  const tuned = await marginOf(fullFinetuneMethod(catalogue, model, { seed: 1 }));
  expect(tuned).toBeGreaterThan((await marginOf(baseMethod(catalogue, model))) + 0.01);
});
