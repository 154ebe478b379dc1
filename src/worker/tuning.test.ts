import { setBackend } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { BaseModel, baseConfig, initialWeights } from '../base-model';
import type { Learned } from '../catalog/bundle/learned';
import { bundleContent, makeItem } from '../testing/bundles';
import { type ServedShop, serveContent } from '../testing/served-shop';
import { TUNING } from '../testing/tunings';

// Node has neither WebGPU nor an address of the wasm files.
vi.mock('../learner/backend', async (original) => ({
  ...(await original<typeof import('../learner/backend')>()),
  chooseBackend: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    await setBackend('cpu');
    return 'cpu';
  },
}));

const config = baseConfig('sidestream', { embeddingDim: 4, maxSeqLen: 3, heads: 2, blocks: 1 });
let tuned: ServedShop;
beforeAll(async () => {
  const content = await bundleContent(['a', 'b', 'c', 'd'].map((id) => makeItem(id, { popularity: 1 })));
  const model = BaseModel.from(initialWeights(config, content.features, 4, 7), config, content.features);
  const learned: Learned = { base: { bytes: model.save('F16'), config }, tuning: TUNING };
  tuned = await serveContent(content, learned);
});
afterAll(() => tuned.close());

it('learns by the settings of the bundle, also after the profile was forgotten', async () => {
  const engine = await tuned.open({ consent: 'pending' });
  await engine.settled();
  expect(tuned.codes).toEqual([]);
  expect((await engine.status()).weights.recent).toBe(0.75);
  await engine.track('click', 'a', {});
  await engine.forget();
  await engine.settled();
  expect((await engine.status()).weights.recent).toBe(0.75);
  await engine.close();
});

it('learns as everywhere where the settings cannot be had, and says so', async () => {
  const answer = tuned.hold('tuning-');
  answer(true);
  const engine = await tuned.open({ consent: 'pending' });
  await engine.settled();
  expect(tuned.codes).toEqual(['bundle/unreachable']);
  expect((await engine.status()).weights).toMatchObject({ recent: 0.52, base: expect.any(Number) });
  answer();
  await engine.close();
});
