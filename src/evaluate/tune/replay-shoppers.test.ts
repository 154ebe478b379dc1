import '@tensorflow/tfjs-backend-cpu';
import { env, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import type { LearnerSettings } from '../../catalog';
import { evaluatedShop, shoppersBySteps } from '../../testing/evaluated-shop';
import { evaluateDevice } from '../device';
import { baseMethod } from '../methods';
import { ShopperReplay } from './replay-shoppers';
import { parseReplayed } from './replayed-shopper';

const { catalog, model } = evaluatedShop();
const shopperOf = (events: number) => shoppersBySteps([7], events)[0];
const SETTINGS: LearnerSettings[] = [
  {},
  { anchor: 2, anchorSlope: 0 },
  { fading: 0.3, trial: 4 },
  { fading: 0.3, trial: 4, anchor: 0 },
  { weights: { recent: 5 } },
];
const replayed = (settings: LearnerSettings[], events = 22) =>
  new ShopperReplay({ catalog, base: model, seed: 1 }).replay(shopperOf(events), settings);

beforeAll(async () => {
  env().set('PROD', true);
  await setBackend('cpu');
});

it('replays a shopper under several settings as under each of them alone', async () => {
  const together = await replayed(SETTINGS);
  const alone = await Promise.all(SETTINGS.map(async (settings) => (await replayed([settings])).bySettings[0]));
  expect(together.bySettings).toEqual(alone);
  // The settings make a difference, or the comparison would say nothing.
  expect(new Set(alone.map(({ ranks }) => JSON.stringify(ranks))).size).toBe(SETTINGS.length);
  expect(parseReplayed([together])).toEqual([together]);
});

it('ranks the choices from the eleventh event to the fiftieth, beside what the list would be without learning', async () => {
  const { alone, bySettings } = await replayed([{}], 64);
  const methods = [baseMethod(catalog, model)];
  const [plain] = (await evaluateDevice({ shoppers: [shopperOf(64)], methods, from: 10, to: 50 })).get('base') ?? [];
  expect(alone).toEqual(plain.ranks);
  expect(bySettings[0].ranks).toHaveLength(alone.length);
  // Where the choices took the weights of the terms.
  const { learned } = bySettings[0];
  expect(Object.keys(learned)).toContain('preference');
  expect(Object.values(learned).filter((theta) => theta !== 0).length).toBeGreaterThan(5);
});
