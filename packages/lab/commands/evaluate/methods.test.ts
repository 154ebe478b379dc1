import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openBundle, writeBundle } from '../../../../src/core/catalog';
import { encodeSideModel } from '../../../../src/core/catalog/side-model';
import { bundleContent, makeItem, memoryBundle } from '../../../../testing/bundles';
import { sideModel } from '../../../../testing/side-models';
import type { EvaluateInput } from './input';
import { pastCatalog, sideFile } from './methods';

it('reads the side model of the past with the start weights of both situations', async () => {
  const models = await mkdtemp(join(tmpdir(), 'models-'));
  try {
    const { sink, fetchFile } = memoryBundle();
    await writeBundle(await bundleContent([makeItem('a'), makeItem('b')]), sink);
    const rowOf = new Map([
      ['a', 0],
      ['b', 1],
    ]);
    const meter = { start: () => {}, advance: () => {}, stop: () => {} };
    const events = [{ user: 'u', item: 'a', time: 1 }];
    const input: EvaluateInput = {
      bundle: await openBundle(fetchFile),
      folder: '',
      events,
      rowOf,
      seed: 1,
      past: 0.5,
      half: 'all',
      models,
      meter,
      say: () => {},
    };
    const { path } = await sideFile(input);
    const start = { weights: { popularity: 0.4 }, opening: { popularity: 0.7, preference: 0 } };
    await writeFile(path, encodeSideModel(sideModel(2, 4), 2));
    await writeFile(`${path}.json`, JSON.stringify({ start }));
    expect((await pastCatalog(input, events)).startWeights).toEqual(start);
  } finally {
    await rm(models, { recursive: true });
  }
});
