import { expect, it } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import { serveShop } from '../../../../testing/served-shop';
import { openHead, pickRows } from '../../../core/catalog';
import { MemoryStore } from '../../store';
import { Catalog } from '../catalog/catalog';
import { Turns } from './turns';

async function opened() {
  const shop = await serveShop();
  const catalog = new Catalog(await openHead(shop.bundle));
  await shop.close();
  const store = new MemoryStore();
  const turns = new Turns(catalog, { store });
  return { catalog, turns };
}

it('continues with the same choices after rows have moved', async () => {
  const { catalog, turns } = await opened();
  const features = pickRows(catalog.table, [0, 1]);
  await turns.change(async ({ learner }) => {
    catalog.grow([{ items: [makeItem('p'), makeItem('q')], features, positions: Uint32Array.of(1, 2) }]);
    learner.setCatalog(catalog);
  });
  await turns.run(({ learner }) => {
    for (const [n, itemId] of ['q', 'a', 'q'].entries()) learner.observe({ id: n + 1, type: 'click', itemId, time: n });
  });
  const chosen = () => turns.run(({ learner }) => learner.history.rows.map((row) => catalog.index.items[row]?.id));
  const before = await chosen();
  await turns.renumber(() => catalog.evict([], new Set(['q'])));
  expect(await chosen()).toEqual(before);
});
