import 'fake-indexeddb/auto';
import { expect, it, vi } from 'vitest';
import { serveShop } from '../testing/served-shop';

// The code that trains never arrives: a network cannot be made to hang for one import alone.
vi.mock('../learner/compute', () => ({ preloadCompute: () => new Promise<void>(() => undefined) }));

it('forgets at once while the code that trains is still being loaded', async () => {
  const shop = await serveShop();
  const engine = await shop.open();
  for (const id of 'abcd') await engine.track('click', id, {});
  // Longer than the quiet time after which experts train.
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(await engine.status()).toMatchObject({ events: 4 });
  await engine.forget();
  expect(await engine.status()).toMatchObject({ consent: 'pending', events: 0 });
  expect(await indexedDB.databases()).toEqual([]);
  await shop.close();
});
