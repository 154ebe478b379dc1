import 'fake-indexeddb/auto';
import { expect, it, vi } from 'vitest';
import { bundleContent, makeItem } from '../../../../testing/bundles';
import { IDS, serveContent } from '../../../../testing/served-shop';

// The kernel never arrives: the network cannot be made to hang for a single import.
const loadKernel = vi.hoisted(() => vi.fn(() => new Promise<void>(() => undefined)));
vi.mock('../../../core/kernel', async (original) => ({
  ...(await original<typeof import('../../../core/kernel')>()),
  loadKernel,
}));

it('forgets immediately while the kernel is still loading', async () => {
  const shop = await serveContent(await bundleContent(IDS.map((id) => makeItem(id))));
  const engine = await shop.open();
  for (const id of 'abcd') await engine.track('click', id, {});
  await vi.waitFor(() => expect(loadKernel).toHaveBeenCalled());
  expect(await engine.status()).toMatchObject({ events: 4 });
  await engine.forget();
  expect(await engine.status()).toMatchObject({ consent: 'pending', events: 0 });
  expect(await indexedDB.databases()).toEqual([]);
  await shop.close();
});
