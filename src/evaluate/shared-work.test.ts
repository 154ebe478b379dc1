import '@tensorflow/tfjs-backend-cpu';
import { env, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BaseScorer } from '../base-model';
import { config, evaluatedShop, shoppersBySteps } from '../testing/evaluated-shop';
import { type DeviceMethod, evaluateDevice } from './device';
import { baseMethod, type LearnerList, learnerMethod } from './methods';
import { sharedLearning, sharedModel } from './shared-work';

const { catalog, model } = evaluatedShop();
const shoppers = shoppersBySteps([5, 7]);
const LISTS: LearnerList[] = [
  { name: 'whole' },
  { name: 'no-anchor', anchor: false },
  { name: 'far-anchor', settings: { anchor: 2, anchorSlope: 0 } },
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
