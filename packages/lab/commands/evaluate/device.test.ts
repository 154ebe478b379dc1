import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, openBundle, writeBundle } from '../../../../src/core/catalog';
import { bundleContent, makeItem, memoryBundle } from '../../../../testing/bundles';
import { startCompute } from '../../../cli/training';
import { reportLine } from '../../evaluate/report';
import { mergeRuns, summary } from '../../evaluate/result';
import { deviceProtocol } from './device';
import type { EvaluateInput } from './input';

const ITEMS = 40;
let bundle: Bundle;
let models: string;
beforeAll(async () => {
  await startCompute();
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await bundleContent(Array.from({ length: ITEMS }, (_, row) => makeItem(`i${row}`))), sink);
  bundle = await openBundle(fetchFile);
  models = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(models, { recursive: true }));

/** Ten shoppers of the past, and three new ones. */
function input(...methods: string[]): EvaluateInput {
  const events = Array.from({ length: 225 }, (_, n) => {
    const user = n < 135 ? n % 10 : 10 + (n % 3);
    return { user: `u${user}`, item: `i${(n * 7 + user) % (n < 135 ? 25 : ITEMS)}`, time: 1000 + n };
  });
  const meter = { start() {}, advance() {}, stop() {} };
  const rowOf = new Map(bundle.items.map(({ id }, row) => [id, row]));
  return { bundle, folder: '', events, rowOf, seed: 1, past: 0.6, half: 'all', methods, models, meter, say() {} };
}

test('trains no side model for methods that need none', async () => {
  const asked = input('item-knn', 'vsknn', 'ease');
  const { pastFiles, measure, report } = deviceProtocol(asked);
  for (const file of (await pastFiles?.()) ?? []) if (!existsSync(file.path)) await file.make();
  expect((await readdir(models)).map((name) => name.replace(/-[0-9a-f]{12}-.*/, '')).sort()).toEqual([
    ...['ease', 'item-knn', 'vsknn'],
  ]);
  const run = { protocol: 'device', seed: 1, figures: {}, ...report([await measure({ index: 0, of: 1 })]) };
  expect(run.tables.slice(0, 4).map(({ name, reference }) => [name, reference])).toEqual([
    ['device', 'popularity-now'],
    ['old items', 'popularity-now'],
    ['new items', 'popularity-now'],
    ['baskets', 'popularity-now'],
  ]);
  const names = ['popularity-now', 'item-knn', 'ease', 'vsknn'];
  expect(run.tables[0].methods.map(({ name }) => name)).toEqual(names);
  const line = JSON.parse(reportLine(summary(mergeRuns([run])), { refused: 0 }));
  expect(line.tables['old items'].map(({ name }: { name: string }) => name)).toEqual(names);
  expect(line.tables['new items'][1]).toMatchObject({ name: 'item-knn', hr10: expect.any(Number) });
});

test('has a file of the side model if a method needs one', async () => {
  const files = await deviceProtocol(input('side', 'popularity')).pastFiles?.();
  expect(files?.map(({ path }) => /side-.*-seed-1\.bin$/.test(path))).toEqual([true]);
});
