import { expect, it } from 'vitest';
import { openHead, rowsPerItem, writeBundle } from '../../core/catalog';
import { bundleContent, makeItem, memoryBundle } from '../../testing/bundles';
import { encodersOf, LoadedCatalog } from './loaded-catalog';

it("has the items added here after the bundle's, until they are removed", async () => {
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await bundleContent(['a', 'b'].map((id) => makeItem(id))), sink);
  const bundle = await openHead(fetchFile);
  const catalog = new LoadedCatalog(bundle);
  const { taps, dim } = bundle.head.features;
  const local = (id: string) => ({
    item: makeItem(id),
    encoders: encodersOf(bundle.manifest),
    values: new Int8Array(rowsPerItem({ taps }) * dim),
    scales: new Float32Array(rowsPerItem({ taps })),
  });
  const ids = () => [catalog.index.items.map(({ id }) => id).join(' '), catalog.table.count];
  catalog.add([local('mine')]);
  catalog.add([local('other'), local('a')]);
  expect(ids()).toEqual(['a b mine other', 4]);
  const [text, image] = encodersOf(bundle.manifest).split('/');
  catalog.add([{ ...local('stale'), encoders: `${text}/${image}/${'0'.repeat(64)}` }]);
  expect(ids()).toEqual(['a b mine other', 4]);
  catalog.clearLocal();
  expect(ids()).toEqual(['a b', 2]);
});
