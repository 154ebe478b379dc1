import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BaseModel, baseConfig, initialWeights } from '../base-model';
import type { LearnerSettings } from '../catalog';
import type { LoggedEvent } from '../events';
import { threeGroups } from '../testing/three-groups';
import { Learner } from './learner';
import { START_WEIGHTS, START_WEIGHTS_WITH_BASE } from './personal-weights';

const shop = threeGroups();
const config = baseConfig('sidestream', { embeddingDim: 6, maxSeqLen: 4, heads: 2, blocks: 1 });
const model = BaseModel.from(initialWeights(config, shop.table, 4, 7), config, shop.table);
const SETTINGS: LearnerSettings = {
  weights: { recent: 3, preference: 2 },
  fading: 0.3,
  anchor: 1,
  anchorSlope: 2,
  driftThreshold: 1,
  guardFloor: -0.01,
};
/** Of one group, then of another. */
const clicks = (count: number): LoggedEvent[] =>
  Array.from({ length: count }, (_, n) => ({
    id: n + 1,
    type: 'click',
    itemId: `item-${3 * n + (n < count / 2 ? 0 : 1)}`,
    time: 1000 * n,
  }));

async function learned(count: number, settings?: LearnerSettings, base: BaseModel | null = model): Promise<Learner> {
  const learner = new Learner(shop, {
    seed: 1,
    backend: 'cpu',
    ...(settings ? { tuning: { base: true, settings } } : {}),
  });
  if (base) await learner.useBase(base);
  for (const event of clicks(count)) {
    await learner.prepare();
    learner.observe(event);
  }
  return learner;
}

beforeAll(async () => {
  await setBackend('cpu');
});

describe('the settings that a shop has chosen', () => {
  it('hold without a base model where they were chosen without one, and not with it', async () => {
    const learner = new Learner(shop, { seed: 1, backend: 'cpu', tuning: { base: false, settings: SETTINGS } });
    expect(learner.weights).toMatchObject({ recent: 3, session: START_WEIGHTS.session });
    await learner.useBase(model);
    expect(learner.learnedWeights.recent).toBe(START_WEIGHTS_WITH_BASE.recent);
    learner.forgetBase();
    expect(learner.weights.recent).toBe(3);
  });

  it('hold while a base model is in use, and not without', async () => {
    const learner = await learned(0, SETTINGS, null);
    expect(learner.weights.recent).toBe(START_WEIGHTS.recent);
    await learner.useBase(model);
    expect(learner.learnedWeights).toMatchObject({ recent: 3, session: START_WEIGHTS_WITH_BASE.session });
    expect(learner.weights.base - learner.learnedWeights.base).toBeCloseTo(Math.exp(-2 * 0.5), 10);
    learner.forgetBase();
    expect(learner.weights.recent).toBe(START_WEIGHTS.recent);
  });

  it('change what is learned: start weights, fading, guard and windows', async () => {
    const [plain, tuned] = [await learned(20), await learned(20, SETTINGS)];
    expect(tuned.status.drifts).toBeGreaterThan(plain.status.drifts);
    const readout = (learner: Learner): number => {
      const [{ expert }] = learner.save().experts.members;
      return Math.hypot(...Object.values(expert.blocks)[0].readout);
    };
    expect(readout(await learned(20, { fading: 0.3 }))).toBeLessThan(readout(plain));
    expect((await learned(20, { guardFloor: 0 })).status.rejected).toBeGreaterThan(plain.status.rejected);
  });

  it('are the same given at the start and later', async () => {
    const given = await learned(8, SETTINGS);
    const learner = new Learner(shop, { seed: 1, backend: 'cpu' });
    learner.useSettings({ base: true, settings: SETTINGS });
    await learner.useBase(model);
    for (const event of clicks(8)) {
      await learner.prepare();
      learner.observe(event);
    }
    expect(learner.save()).toEqual(given.save());
    expect(learner.weights).toEqual(given.weights);
  });

  it('take effect on a profile that was learned without them, which stays what it was', async () => {
    const before = await learned(4);
    const { theta } = before.save().experts.members[0].expert.weights;
    before.useSettings({ base: true, settings: SETTINGS });
    expect(before.learnedWeights.recent).toBeCloseTo(3 * Math.exp(theta.recent), 10);
    expect(before.save().experts.members[0].expert.weights.theta).toEqual(theta);
    before.useSettings({ base: true, settings: {} });
    expect(before.weights).toEqual((await learned(4)).weights);
  });
});
