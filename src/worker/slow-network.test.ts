import 'fake-indexeddb/auto';
import { expect, it, vi } from 'vitest';
import { baseConfig } from '../base-model';
import { bundleContent, makeItem } from '../testing/bundles';
import { IDS, serveContent } from '../testing/served-shop';

// The code that runs base models never arrives: a network cannot be made to hang for one import alone.
const preloadCompute = vi.hoisted(() => vi.fn(() => new Promise<void>(() => undefined)));
vi.mock('../learner/compute', () => ({ preloadCompute }));

it('forgets at once while the code that runs a base model is still being loaded', async () => {
  const base = { bytes: Uint8Array.of(1, 2, 3), config: baseConfig('sidestream') };
  const shop = await serveContent(await bundleContent(IDS.map((id) => makeItem(id))), { base });
  const engine = await shop.open();
  for (const id of 'abcd') await engine.track('click', id, {});
  await vi.waitFor(() => expect(preloadCompute).toHaveBeenCalled());
  expect(await engine.status()).toMatchObject({ events: 4 });
  await engine.forget();
  expect(await engine.status()).toMatchObject({ consent: 'pending', events: 0 });
  expect(await indexedDB.databases()).toEqual([]);
  await shop.close();
});
