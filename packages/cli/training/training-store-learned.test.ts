import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBundle, writeBundle } from '../../../src/core/catalog';
import { bundleContent, makeItem } from '../../../testing/bundles';
import { folderFetch, folderSink, publishRules, removeRules } from '../bundler';
import { storeLearned } from '.';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('loses no rules that are published while it stores, and is not lost itself', async () => {
  const out = join(folder, 'bundle');
  const { digest } = await writeBundle(await bundleContent([makeItem('a'), makeItem('b')]), await folderSink(out));
  const rules = new TextEncoder().encode('{"version":1,"rules":[{"diversity":0.1}]}');
  for (let round = 1; round <= 10; round++) {
    await removeRules(out);
    const cooccurrence = {
      count: 2,
      offsets: Uint32Array.of(0, 1, 1),
      rows: Uint32Array.of(1),
      lifts: Float32Array.of(round),
    };
    const [stored] = await Promise.all([storeLearned({ cooccurrence }, out, digest), publishRules(rules, out)]);
    const bundle = await openBundle(folderFetch(out));
    const { manifest } = bundle;
    expect(manifest.rules).toBe(true);
    expect(manifest.companions?.bytes).toBe(stored.companions?.bytes);
    expect((await bundle.cooccurrence())?.lifts).toEqual(Float32Array.of(round));
  }
});
