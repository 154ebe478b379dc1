import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { log, type ServedShop, serveShop } from '../../../../testing/served-shop';
import { DeviceStore } from '../../store/device-store';
import type { Engine } from '../engine';

/** The used part of Web Locks for one thread, because Node has none. */
class ThreadLocks {
  readonly #held = new Map<string, Promise<unknown>>();

  async request<T>(
    name: string,
    { ifAvailable = false, signal }: LockOptions,
    work: (lock: object | null) => Promise<T> | undefined,
  ): Promise<T | undefined> {
    if (ifAvailable && this.#held.has(name)) return work(null);
    while (this.#held.has(name)) {
      await Promise.race([this.#held.get(name), new Promise((resolve) => setTimeout(resolve, 5))]);
      signal?.throwIfAborted();
    }
    const working = Promise.resolve(work({})).finally(() => this.#held.delete(name));
    this.#held.set(name, working);
    return working;
  }
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  vi.stubGlobal('navigator', { locks: new ThreadLocks() });
});
afterEach(() => void vi.unstubAllGlobals());

let shop: ServedShop;
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());

async function trackMany(engine: Engine): Promise<void> {
  for (let n = 0; n < 12; n++) {
    await engine.trackAll(Array.from({ length: 100 }, () => ({ type: 'impression', itemId: 'c', details: {} })));
    await engine.settled();
  }
}

describe('a tab that does not learn', () => {
  it('does not keep a learning tab from saving its profile', async () => {
    const quiet = await shop.open({ learning: false });
    const learning = await shop.open();
    expect((await quiet.status()).leading).toBe(false);
    expect((await learning.status()).leading).toBe(true);
    for (const id of 'ababab') await learning.track('click', id, {});
    await learning.settled();
    const store = await DeviceStore.open('test');
    expect(await store.profiles()).not.toEqual([]);
    store.close();
    await Promise.all([learning.close(), quiet.close()]);
  });

  it('keeps the log within its budget if no tab learns', async () => {
    const quiet = await shop.open({ learning: false, logBudget: 20_000 });
    await trackMany(quiet);
    expect((await log()).length).toBeLessThan(1200);
    await quiet.close();
  });

  it('leaves the log to the tab that learns and leads', async () => {
    const learning = await shop.open();
    const quiet = await shop.open({ learning: false, logBudget: 20_000 });
    await trackMany(quiet);
    expect(await log()).toHaveLength(1200);
    await Promise.all([learning.close(), quiet.close()]);
  });
});

it('the next tab leads when the leading tab is closed', async () => {
  const [first, second] = [await shop.open(), await shop.open()];
  expect((await second.status()).leading).toBe(false);
  await first.close();
  await vi.waitFor(async () => expect((await second.status()).leading).toBe(true));
  await second.close();
});
