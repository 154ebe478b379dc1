import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { baseConfig } from '../base-model';
import { type Bundle, openBundle, writeBundle } from '../catalog';
import { encodeSafetensors } from '../model';
import { bundleContent, makeItem, memoryBundle } from '../testing/bundles';
import { startCompute } from './compute';
import { type TrainBaseRequest, trainBase } from './train-base';

const ITEMS = 40;
const interactions = Array.from({ length: 400 }, (_, n) => ({
  ...{ user: `u${n % 20}`, row: (n * 7 + (n % 20)) % ITEMS, time: 1000 + n },
}));
let bundle: Bundle;
let folder: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await bundleContent(Array.from({ length: ITEMS }, (_, row) => makeItem(`i${row}`))), sink);
  bundle = await openBundle(fetchFile);
});
afterAll(() => rm(folder, { recursive: true }));

it('goes on from its checkpoint, and only where nothing has changed', async () => {
  await startCompute('wasm');
  const config = baseConfig('sidestream', { embeddingDim: 8, maxSeqLen: 5 });
  const said: string[] = [];
  const request = (more: Partial<TrainBaseRequest> = {}): TrainBaseRequest => ({
    config,
    bundle,
    interactions,
    checkpoint: at('cut.safetensors'),
    windows: 2,
    validation: 0.1,
    seed: 1,
    epochs: 3,
    meter: { start: () => {}, advance: () => {}, stop: () => {} },
    say: (line) => said.push(line),
    ...more,
  });
  const whole = await trainBase(request({ checkpoint: at('whole.safetensors') }));
  const interrupted = trainBase(
    request({
      say: (line) => {
        if (line.startsWith('Window 2/2, epoch 3')) throw new Error('the power failed');
      },
    }),
  );
  await expect(interrupted).rejects.toThrow('the power failed');
  await expect(trainBase(request({ resume: true, seed: 2 }))).rejects.toMatchObject({
    code: 'runtime/invalid-input',
    message: expect.stringContaining('not those of the training'),
  });
  said.splice(0);
  const unused: string[] = [];
  const fromTheBeginning = trainBase(
    request({
      onUnused: (after) => {
        unused.push(after);
        throw new Error('seen');
      },
    }),
  );
  await expect(fromTheBeginning).rejects.toThrow('seen');
  expect(unused).toEqual(['window 2, epoch 2']);
  const resumed = await trainBase(request({ resume: true }));
  expect(said).toEqual(['Going on after window 2, epoch 2', expect.stringContaining('Window 2/2, epoch 3')]);
  expect(Object.keys(resumed.weights).sort()).toEqual(Object.keys(whole.weights).sort());
  for (const [name, { values }] of Object.entries(whole.weights)) {
    const again = resumed.weights[name].values;
    expect(Math.max(...values.map((value, i) => Math.abs(value - again[i]))), name).toBeLessThan(1e-3);
  }
  await expect(trainBase(request({ resume: true, checkpoint: at('nowhere') }))).rejects.toMatchObject({
    message: expect.stringContaining('there is no checkpoint'),
  });
  await writeFile(at('cut.safetensors.checkpoint'), encodeSafetensors(whole.weights));
  await expect(trainBase(request({ resume: true }))).rejects.toMatchObject({ code: 'runtime/invalid-input' });
});
