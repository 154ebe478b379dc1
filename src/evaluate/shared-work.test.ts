import '@tensorflow/tfjs-backend-cpu';
import { env, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BaseModel, type BaseScorer, baseConfig, initialWeights } from '../base-model';
import { createTable, type Item, quantizeRow } from '../catalog';
import type { LearnerCatalog } from '../learner';
import { seededRandom } from '../model';
import { catalogIndex } from '../ranking';
import { type DeviceMethod, evaluateDevice } from './device';
import { baseMethod, type LearnerList, learnerMethod } from './methods';
import { sharedLearning, sharedModel } from './shared-work';
import type { Shopper } from './shoppers';

const COUNT = 60;
const config = baseConfig('sidestream', { embeddingDim: 4, maxSeqLen: 5, heads: 2, blocks: 1 });

function shop(): { catalog: LearnerCatalog; model: BaseModel } {
  const random = seededRandom(4);
  const table = createTable({ dim: 4, taps: { text: 2, image: 2 } }, COUNT);
  for (let row = 0; row < COUNT * 4; row++) {
    const vector = Float32Array.from({ length: 4 }, () => random() - 0.5);
    table.scales[row] = quantizeRow(vector, table.values, row * 4);
  }
  // Every sixth item is new.
  const items = Array.from(
    { length: COUNT },
    (_, row): Item => ({
      ...{
        id: `i${row}`,
        title: '',
        description: '',
        category: `c${row % 3}`,
        availability: 'in-stock',
        attributes: {},
      },
      popularity: row % 6 === 0 ? undefined : 1 + (row % 7),
    }),
  );
  const blend = { text: { tap: 1, weight: 0.5 }, image: { tap: 1, weight: 0.5 } };
  const catalog = { index: catalogIndex(items, table, blend), table, blend };
  return { catalog, model: BaseModel.from(initialWeights(config, table, 4, 2), config, table) };
}
const { catalog, model } = shop();
const shoppers = [5, 7].map((step): Shopper => {
  const rows = Array.from({ length: 30 }, (_, n) => (n % 9 === 8 ? 0 : (3 + n * step) % COUNT));
  return { id: `${step}`, rows, times: rows.map((_row, n) => 700 * n) };
});
const LISTS: LearnerList[] = [
  { name: 'whole' },
  { name: 'no-anchor', anchor: false },
  { name: 'lift-0', coldStart: 0 },
  { name: 'lift-0.9', coldStart: 0.9 },
];
const ranksOf = (methods: DeviceMethod[]) => evaluateDevice({ shoppers, methods, from: 3 });

beforeAll(async () => {
  env().set('PROD', true);
  await setBackend('cpu');
});

describe('what methods share', () => {
  const options = { seed: 1, backend: 'cpu' } as const;

  it('changes nothing: lists of one learner are those of as many learners, each with a model of its own', async () => {
    const alone = [
      ...LISTS.map((list) => learnerMethod({ catalog, lists: [list], options, base: model })),
      learnerMethod({ catalog, lists: [{ name: 'terms' }], options: { ...options, experts: false }, base: model }),
      baseMethod(catalog, model),
    ];
    const base = sharedModel(model);
    const shared = { ...options, ...sharedLearning() };
    const together = [
      // In another order, so that the list without a lift of its own is not the first.
      learnerMethod({ catalog, lists: LISTS.toReversed(), options: shared, base }),
      learnerMethod({ catalog, lists: [{ name: 'terms' }], options: { ...shared, experts: false }, base }),
      baseMethod(catalog, base),
    ];
    const [wanted, found] = [await ranksOf(alone), await ranksOf(together)];
    expect(new Map([...found].toSorted())).toEqual(new Map([...wanted].toSorted()));
    const names = [...wanted.keys()];
    // The lists differ, or the comparison would say nothing.
    expect(new Set(names.map((name) => JSON.stringify(wanted.get(name)))).size).toBe(names.length);
    expect(await ranksOf(together)).toEqual(found);
  });

  it('is computed once', async () => {
    const calls = { embedItems: 0, userVectors: 0, scores: 0 };
    const counted: BaseScorer = {
      ...{ config, digest: '', dispose() {} },
      embedItems: (table) => count('embedItems', model.embedItems(table)),
      userVectors: (histories, items) => count('userVectors', model.userVectors(histories, items)),
      scores: (users, items) => count('scores', model.scores(users, items)),
    };
    function count<T>(name: keyof typeof calls, result: T): T {
      calls[name]++;
      return result;
    }
    const base = sharedModel(counted);
    await ranksOf([
      baseMethod(catalog, base),
      ...LISTS.map((list) => learnerMethod({ catalog, lists: [list], options, base })),
    ]);
    // Of both shoppers, and of an empty history once for both.
    const histories = shoppers.flatMap(({ rows }) => rows.map((_, n) => rows.slice(0, n).slice(-5).join()));
    expect(calls.embedItems).toBe(1);
    expect(calls.userVectors).toBeLessThanOrEqual(new Set(histories).size);
    expect(calls.scores).toBe(calls.userVectors);
  });
});
