import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addLearned, openBundle, writeBundle } from '../../../src/core/catalog';
import { bundleContent, makeItem } from '../../../testing/bundles';
import { sideModel } from '../../../testing/side-models';
import { folderFetch, folderSink } from './folder-bundle';
import { keepModels } from './kept-models';

let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(out, { recursive: true }));

const items = (count: number) => Array.from({ length: count }, (_, n) => makeItem(`i${n}`, { category: `c${n % 3}` }));
const read = (model?: string) => openBundle(folderFetch(out), model);

it('keeps further side models by id when products come, and reports one that it cannot read', async () => {
  const sink = await folderSink(out);
  await writeBundle(await bundleContent(items(20)), sink);
  for (const [seed, as] of [[1], [2, 'next'], [3, 'lost']] as const)
    await addLearned(await read(), { side: { model: sideModel(20, 8, [0.5], seed) } }, sink, undefined, as);
  const [previous, before] = [await read(), await (await read('next')).side()];
  await rm(join(out, previous.manifest.models?.lost.file ?? ''));
  const next = await writeBundle(await bundleContent(items(24).slice(1)), sink, { previous });
  expect(next.models).toBeUndefined();
  const said: string[] = [];
  const kept = await keepModels(next, previous.manifest, out, (line) => said.push(line));
  expect(Object.keys(kept.models ?? {})).toEqual(['next']);
  expect(said).toEqual([expect.stringContaining('--as lost')]);
  const [own, further] = [await read(), await read('next')];
  expect([own.manifest.count, further.shardOf]).toEqual([23, own.shardOf]);
  const after = await further.side();
  // Stored as integers with a scale.
  for (const [n, value] of [...(before?.vectors.subarray(8, 16) ?? [])].entries())
    expect(after?.vectors[n]).toBeCloseTo(value, 5);
  expect(after?.vectors.subarray(22 * 8).some((value) => value !== 0)).toBe(true);
  expect([after?.digest, own.manifest.side?.digest]).toEqual([before?.digest, previous.manifest.side?.digest]);
  expect((await readdir(out)).includes(kept.models?.next.file ?? '')).toBe(true);
});
