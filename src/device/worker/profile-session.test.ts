import { expect, it } from 'vitest';
import { openHead, pickRows } from '../../core/catalog';
import { makeItem } from '../../testing/bundles';
import { serveShop } from '../../testing/served-shop';
import { MemoryStore } from '../store';
import { LoadedCatalog } from './loaded-catalog';
import { ProfileSession } from './profile-session';

async function opened() {
  const shop = await serveShop();
  const catalog = new LoadedCatalog(await openHead(shop.bundle));
  await shop.close();
  const store = new MemoryStore();
  const codes: string[] = [];
  const storage = { store };
  const session = new ProfileSession(catalog, storage, { error: ({ code }) => codes.push(code) });
  return { catalog, session, codes };
}

it('continues with the same choices after rows have moved', async () => {
  const { catalog, session, codes } = await opened();
  const features = pickRows(catalog.table, [0, 1]);
  await session.change(async ({ learner }) => {
    catalog.grow([{ items: [makeItem('p'), makeItem('q')], features, positions: Uint32Array.of(1, 2) }]);
    learner.setCatalog(catalog);
  });
  await session.run(({ learner }) => {
    for (const [n, itemId] of ['q', 'a', 'q'].entries()) learner.observe({ id: n + 1, type: 'click', itemId, time: n });
  });
  const chosen = () => session.run(({ learner }) => learner.history.rows.map((row) => catalog.index.items[row]?.id));
  const before = await chosen();
  await session.renumber(() => catalog.evict([], new Set(['q'])));
  expect(await chosen()).toEqual(before);
  expect(codes).toEqual([]);
});
