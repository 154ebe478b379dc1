import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, expect, it, vi } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { log, serveShop } from '../../../testing/served-shop';

afterEach(() => {
  vi.restoreAllMocks();
});

it('gives the events of one call one time, which no other call has: choices of one time are one order', async () => {
  globalThis.indexedDB = new IDBFactory();
  const shop = await serveShop([...'abcdef'].map((id) => makeItem(id)));
  const engine = await shop.open();
  const clock = vi.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000);
  await engine.track('click', 'a', {});
  await engine.track('click', 'b', {});
  await engine.trackAll([...'cd'].map((itemId) => ({ type: 'purchase', itemId, details: {} })));
  await engine.track('click', 'e', {});
  // The clock was set back: its time counts.
  clock.mockReturnValue(1_600_000_000_000);
  await engine.track('click', 'f', {});
  const times = (await log()).map(({ time }) => time - 1_700_000_000_000);
  expect(times).toEqual([0, 1, 2, 2, 3, -100_000_000_000]);
  await engine.close();
  await shop.close();
});
