import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openBundle, pickRows } from '../catalog';
import { makeItem } from '../catalog/bundle.fixture';
import { SidestreamError } from '../error';
import { Learner } from '../learner';
import { MemoryStore } from '../store';
import { DeviceStore } from '../store/device-store';
import type { Engine } from './engine';
import { LoadedCatalogue } from './loaded-catalogue';
import { ProfileSession } from './profile-session';
import type { ProfileOrigin } from './profile-storage';
import { RemoteRecommender } from './remote-recommender';
import { type ServedShop, serveShop } from './served-shop.fixture';

// Findings of a review: tabs with other options, starting anew, items that come from elsewhere.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

let shop: ServedShop;
const open: ServedShop['open'] = (given) => shop.open(given);
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());

const localItem = (id: string) => ({
  item: makeItem(id),
  encoders: shop.encoders,
  values: new Int8Array(20).fill(50),
  scales: new Float32Array(5).fill(1),
});
async function clickAll(engine: Engine, ids: string): Promise<void> {
  for (const id of ids) await engine.track('click', id, {});
  await engine.settled();
}

/** Web Locks of one thread, as far as they are used here. */
function stubLocks(): void {
  const held = new Map<string, Promise<unknown>>();
  const request = async (
    name: string,
    ...given: [unknown] | [{ ifAvailable?: boolean; signal?: AbortSignal }, unknown]
  ): Promise<unknown> => {
    const work = given.at(-1) as (lock: object | null) => Promise<unknown>;
    const { ifAvailable = false, signal } = (given.length > 1 ? given[0] : {}) as {
      ifAvailable?: boolean;
      signal?: AbortSignal;
    };
    if (ifAvailable && held.has(name)) return work(null);
    while (held.has(name)) await Promise.race([held.get(name), new Promise((resolve) => setTimeout(resolve, 5))]);
    if (signal?.aborted) throw signal.reason;
    const working = Promise.resolve(work({})).finally(() => held.delete(name));
    held.set(
      name,
      working.catch(() => undefined),
    );
    return working;
  };
  vi.stubGlobal('navigator', { locks: { request } });
}

describe('a tab that does not learn', () => {
  it('does not keep one that learns from saving what it learned', async () => {
    stubLocks();
    const quiet = await open({ learning: false });
    const learning = await open();
    await clickAll(learning, 'ababab');
    const store = await DeviceStore.open('test');
    await vi.waitFor(async () => expect(await store.profiles()).not.toEqual([]), { timeout: 1500 });
    store.close();
    await Promise.all([learning.close(), quiet.close()]);
  });
});

describe('a recommender that is started anew for another option', () => {
  const given = () => ({ bundle: shop.bundle, namespace: 'test' });

  it('has the items that the shopper added while consent is pending', async () => {
    const first = await RemoteRecommender.start({ ...given(), consent: 'pending' }, () => undefined, null);
    await first.insertItem(localItem('mine'), 'wasm');
    await first.track('click', 'a', {});
    const kept = await first.handOver();
    const next = await RemoteRecommender.start({ ...given(), consent: 'pending' }, () => undefined, kept);
    expect(await next.getItem('mine')).not.toBeNull();
    await next.close();
  });

  it('has what was dismissed while consent is pending', async () => {
    const first = await RemoteRecommender.start({ ...given(), consent: 'pending' }, () => undefined, null);
    await first.track('dismiss', 'a', {});
    await first.settled();
    const kept = await first.handOver();
    const next = await RemoteRecommender.start({ ...given(), consent: 'pending' }, () => undefined, kept);
    const { items } = await next.recommend({ placement: 'trending' }, { signal: undefined });
    expect(items.map(({ item }) => item.id)).not.toContain('a');
    await next.close();
  });

  it('has what was learned in memory where the device could not be opened', async () => {
    vi.spyOn(DeviceStore, 'open').mockRejectedValue(new SidestreamError('store/unavailable', 'Shut off by the test.'));
    const first = await RemoteRecommender.start({ ...given(), consent: 'granted' }, () => undefined, null);
    for (const id of 'abab') await first.track('click', id, {});
    await first.settled();
    const kept = await first.handOver();
    const next = await RemoteRecommender.start({ ...given(), consent: 'granted' }, () => undefined, kept);
    expect((await next.status()).events).toBe(4);
    await next.close();
  });
});

describe('an item that another tab added', () => {
  it('does not upset lists that are made while this tab reads it', async () => {
    const [first, second] = [await open(), await open()];
    await clickAll(second, 'ababab');
    await first.insertItem(localItem('mine'));
    let lists: { score: number }[][] = [];
    const { profiles } = DeviceStore.prototype;
    vi.spyOn(DeviceStore.prototype, 'profiles').mockImplementationOnce(async function (this: DeviceStore) {
      // The catalogue has grown; the learner in use does not know.
      lists = [
        (await second.recommend({})).items,
        (await second.recommend({ placement: 'similar', itemId: 'a' })).items,
      ];
      return profiles.call(this);
    });
    await second.reset().catch(() => undefined);
    expect(lists.length).toBe(2);
    for (const { score } of lists.flat()) expect(Number.isFinite(score)).toBe(true);
    await Promise.all([first.close(), second.close()]);
  });
});

describe('a catalogue whose rows move', () => {
  it('goes on as before where the experts cannot be awakened', async () => {
    const catalogue = new LoadedCatalogue(await openBundle(shop.bundle));
    const origin = { store: new MemoryStore(), generation: 0, readOnly: false, damaged: false };
    const empty = (): ProfileOrigin => ({ ...origin, known: [0, 0] });
    const session = new ProfileSession(catalogue, 1, { isCurrent: () => true, emptyOrigin: empty }, () => undefined);
    const features = pickRows(catalogue.table, [0, 1]);
    await session.train(async ({ learner }) => {
      catalogue.grow([{ items: [makeItem('p'), makeItem('q')], features }]);
      await learner.setCatalogue(catalogue);
    });
    const chosen = () =>
      session.run(({ learner }) => learner.history.rows.map((row) => catalogue.index.items[row]?.id));
    await session.run(({ learner }) => {
      for (const [n, id] of ['q', 'a', 'q'].entries())
        learner.observe({ id: n + 1, type: 'click', itemId: id, time: n });
    });
    const before = await chosen();
    // The GPU is lost, or the file with the compute backend does not load any more.
    vi.spyOn(Learner.prototype, 'awakeningDue', 'get').mockReturnValue(true);
    vi.spyOn(Learner.prototype, 'status', 'get').mockReturnValue({ backend: 'webgl' } as unknown as Learner['status']);
    vi.spyOn(Learner.prototype, 'awaken').mockRejectedValue(new Error('the GPU was lost'));
    await session.renumber(() => catalogue.keepOnly(new Set(['q']))).catch(() => undefined);
    expect(await chosen()).toEqual(before);
    await session.dispose();
  });
});
