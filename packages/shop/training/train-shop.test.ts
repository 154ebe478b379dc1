import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Bundle, openBundle, writeBundle } from '../../../src/core/catalog';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import { keptFile, startCompute } from '../../cli/training';
import { choicesFrom } from './interactions';
import { decodeSideNetwork, encodeSideNetwork } from './side';
import type { KeptBytes } from './side/kept-weights';
import { type ShopRequest, trainShop } from './train-shop';

const ITEMS = 30;
const interactions = Array.from({ length: 240 }, (_, n) => ({
  user: `u${n % 8}`,
  row: (n * 7 + Math.floor(n / 30)) % ITEMS,
  time: n,
}));
let bundle: Bundle;
let folder: string;
let network: KeptBytes;
let said: string[];
const train = (change: Partial<ShopRequest> = {}) =>
  trainShop({
    bundle,
    choices: choicesFrom(interactions),
    seed: 1,
    settings: { epochs: 1 },
    network,
    meter: { start: () => {}, advance: () => {}, stop: () => {} },
    say: (line) => said.push(line),
    ...change,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await bundleContent(Array.from({ length: ITEMS }, (_, row) => makeItem(`i${row}`))), sink);
  bundle = await openBundle(fetchFile);
  await startCompute();
});
beforeEach(async () => {
  network = keptFile(join(folder, `${Math.random()}.weights`));
  said = [];
  await network.write(encodeSideNetwork((await train({ choices: choicesFrom(interactions.slice(0, 120)) })).network));
  expect(said).toEqual([expect.stringContaining('Epoch 1: loss ')]);
  said = [];
});
afterAll(() => rm(folder, { recursive: true }));

it('continues from the network of an earlier training, using only the newer choices', async () => {
  const { learned, network: next } = await train();
  expect(learned.training).toMatchObject({ windows: 2, choices: 120, experts: next.windows[1].experts });
  expect(next.windows.map(({ choices }) => choices)).toEqual([120, 120]);
  expect(next.until).toBe(239);
  expect(next.choices.reduce((sum, value) => sum + value)).toBe(240);
  const before = decodeSideNetwork((await network.read()) ?? new Uint8Array());
  for (const name of ['text.experts.0.down.weight', 'text.experts.0.up.weight']) {
    expect(next.weights[name]).toEqual(before.weights[name]);
  }
  expect(said[0]).toMatch(/^Window 2: continuing from the model of/);
  expect(said.at(-1)).toMatch(/^Window 2: 120 newer choices of 8 shoppers, [\d.]+ s; experts text \d+ % \/ \d+ %/);
});

it('trains from scratch, and says why, without anything newer', async () => {
  const { learned } = await train({ choices: choicesFrom(interactions.slice(0, 120)) });
  expect(learned.training).toMatchObject({ windows: 1 });
  expect(said[0]).toMatch(/cannot be continued: the log has no choice after/);
});

it('trains from scratch if the file is damaged, even by one bit', async () => {
  const bytes = (await network.read()) ?? new Uint8Array();
  bytes[bytes.length - 3] ^= 1;
  for (const damaged of [new TextEncoder().encode('damaged'), bytes]) {
    await network.write(damaged);
    said = [];
    const { learned } = await train();
    expect(learned.training).toMatchObject({ windows: 1, choices: 240 });
    expect(said[0]).toMatch(/^Trained from scratch because .* cannot be read\. /);
    expect(said[0]).toContain('These are not the weights that a training kept: its checksum differs');
  }
});
