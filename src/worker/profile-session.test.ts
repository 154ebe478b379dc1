import { afterEach, expect, it, vi } from 'vitest';
import { openBundle, pickRows } from '../catalog';
import { Learner } from '../learner';
import { MemoryStore } from '../store';
import { makeItem } from '../testing/bundles';
import { serveShop } from '../testing/served-shop';
import { LoadedCatalog } from './loaded-catalog';
import { firstOrigin } from './profile-origin';
import { ProfileSession } from './profile-session';

afterEach(() => void vi.restoreAllMocks());

it('goes on with the same choices after rows have moved, also where the experts cannot be loaded', async () => {
  const shop = await serveShop();
  const catalog = new LoadedCatalog(await openBundle(shop.bundle));
  await shop.close();
  const store = new MemoryStore();
  const codes: string[] = [];
  const storage = { isCurrent: () => true, emptyOrigin: () => firstOrigin(store) };
  const session = new ProfileSession(catalog, 1, storage, { error: ({ code }) => codes.push(code) });
  const features = pickRows(catalog.table, [0, 1]);
  await session.train(async ({ learner }) => {
    catalog.grow([{ items: [makeItem('p'), makeItem('q')], features }]);
    await learner.setCatalog(catalog);
  });
  await session.run(({ learner }) => {
    for (const [n, itemId] of ['q', 'a', 'q'].entries()) learner.observe({ id: n + 1, type: 'click', itemId, time: n });
  });
  const chosen = () => session.run(({ learner }) => learner.history.rows.map((row) => catalog.index.items[row]?.id));
  const before = await chosen();
  // The GPU is lost, or the file with the compute backend does not load any more.
  const status = await session.run(({ learner }) => learner.status);
  vi.spyOn(Learner.prototype, 'loadDue', 'get').mockReturnValue(true);
  vi.spyOn(Learner.prototype, 'status', 'get').mockReturnValue({ ...status, backend: 'webgpu' });
  vi.spyOn(Learner.prototype, 'ensureLoaded').mockRejectedValue(new Error('the GPU was lost'));
  await session.renumber(() => catalog.keepOnly(new Set(['q'])));
  expect(await chosen()).toEqual(before);
  expect(codes).toEqual(['runtime/unexpected']);
  await session.dispose();
});
