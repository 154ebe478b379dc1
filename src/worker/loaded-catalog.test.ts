import { expect, it } from 'vitest';
import { openBundle, rowsPerItem, writeBundle } from '../catalog';
import { bundleContent, makeItem, memoryBundle } from '../testing/bundles';
import { encodersOf, LoadedCatalog } from './loaded-catalog';

it('has the factors of the shop in its index, and zero rows for items that were added here, before or after', async () => {
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await bundleContent(['a', 'b'].map((id) => makeItem(id))), sink);
  const bundle = await openBundle(fetchFile);
  const catalog = new LoadedCatalog(bundle);
  const { taps, dim } = bundle.features;
  const local = (id: string) => ({
    item: makeItem(id),
    encoders: encodersOf(bundle.manifest),
    values: new Int8Array(rowsPerItem({ taps }) * dim),
    scales: new Float32Array(rowsPerItem({ taps })),
  });
  const rows = () => catalog.index.factors?.blocks.map(({ values }) => [...values]);
  expect(rows()).toBeUndefined();
  catalog.add([local('mine')]);
  catalog.setFactors({ blocks: [{ name: 'users', width: 2, values: Float32Array.of(1, 2, 3, 4) }] });
  expect(rows()).toEqual([[1, 2, 3, 4, 0, 0]]);
  catalog.add([local('other')]);
  expect(rows()).toEqual([[1, 2, 3, 4, 0, 0, 0, 0]]);
  catalog.clearLocal();
  expect(rows()).toEqual([[1, 2, 3, 4]]);
});

it('takes the popularity of new items from factors that are loaded later', async () => {
  const { sink, fetchFile } = memoryBundle();
  const items = [makeItem('a', { popularity: 5 }), makeItem('b', { popularity: 5 }), makeItem('new')];
  await writeBundle(await bundleContent(items), sink);
  const catalog = new LoadedCatalog(await openBundle(fetchFile));
  const before = catalog.index.logPopularity[2];
  catalog.setFactors({ blocks: [], coldPopularity: Float32Array.of(0, 0, 0.5) });
  expect(catalog.index.logPopularity[2]).toBeCloseTo(before + 0.5, 5);
});
