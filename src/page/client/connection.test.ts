import 'fake-indexeddb/auto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { stubPage } from '../../../testing/client-page';
import { type ServedShop, serveShop } from '../../../testing/served-shop';
import { ThreadWorker } from '../../../testing/thread-worker';
import type { Recommender } from '../../device/protocol';
import { DeviceStore } from '../../device/store/device-store';
import { Device } from '../../device/worker/device/device';
import { CALLS } from '../../device/worker/engine';
import { createRecommender } from './create-recommender';

let shop: ServedShop;
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());
const handles: Recommender[] = [];
beforeEach(() => {
  stubPage(shop.bundle);
});
afterEach(async () => {
  await Promise.allSettled(handles.splice(0).map((handle) => handle.close()));
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});
const create = async (options: Partial<Parameters<typeof createRecommender>[0]> = {}): Promise<Recommender> => {
  const handle = await createRecommender({ bundle: shop.bundle, namespace: 'test', ...options });
  handles.push(handle);
  return handle;
};
const databases = async () => (await indexedDB.databases()).map(({ name }) => name);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a recommender whose worker is replaced for another option', () => {
  it('does not come back with the consent that was withdrawn meanwhile', async () => {
    const first = await create({ consent: 'granted' });
    await first.track('click', 'a');
    // A deletion takes a while.
    const { deleteDatabase } = indexedDB;
    vi.spyOn(indexedDB, 'deleteDatabase').mockImplementationOnce((name) => {
      const request = {} as IDBOpenDBRequest;
      setTimeout(() => {
        const real = deleteDatabase.call(indexedDB, name);
        real.onsuccess = (event) => request.onsuccess?.(event);
      }, 200);
      return request;
    });
    const denying = first.profile.consent('denied');
    const second = create({ rules: { diversity: 0 } });
    await denying;
    await second;
    expect((await first.status.get()).consent).toBe('denied');
    expect(await databases()).toEqual([]);
  });
});

describe('a worker that crashes', () => {
  it('before it answered is reported with its address and advice', async () => {
    vi.stubGlobal('location', new URL(shop.bundle));
    vi.spyOn(Device.prototype, 'open').mockImplementationOnce(() => new Promise(() => undefined));
    const starting = create({ workerUrl: '/files/' }).catch((thrown) => thrown);
    await vi.waitFor(() => expect(ThreadWorker.all).toHaveLength(1));
    ThreadWorker.all[0].crash();
    const { code, message } = await starting;
    expect(code).toBe('runtime/worker-crashed');
    expect(message).toContain(`${location.origin}/files/worker.js did not start (crashed by the test)`);
    expect(message).toContain('docs/how-to/frameworks.md');
  });

  it('while close() waits does not make close() fail, nor keep the next one from starting', async () => {
    const first = await create({ consent: 'granted' });
    const held = vi.spyOn(CALLS, 'close').mockImplementationOnce(() => new Promise(() => undefined));
    const closing = first.close().then(
      () => 'closed',
      ({ code }) => code,
    );
    await vi.waitFor(() => expect(held).toHaveBeenCalled());
    ThreadWorker.all[0].crash();
    expect(await closing).toBe('closed');
    const second = await create();
    expect((await second.recommend()).items.length).toBeGreaterThan(0);
  });

  it('while it is being replaced: calls continue with another one', async () => {
    const first = await create({ consent: 'pending' });
    await first.track('click', 'a');
    const { handOver } = CALLS;
    const held = vi.spyOn(CALLS, 'handOver').mockImplementationOnce(async (call) => {
      await pause(100);
      return handOver(call);
    });
    const second = create({ rules: { diversity: 0 } }).catch(({ code }) => code);
    await vi.waitFor(() => expect(held).toHaveBeenCalled());
    ThreadWorker.all[0].crash();
    expect((await first.recommend()).items.length).toBeGreaterThan(0);
    await second;
    await pause(300);
    expect((await first.recommend()).items.length).toBeGreaterThan(0);
    expect(ThreadWorker.all.filter(({ ended }) => !ended)).toHaveLength(1);
  });
});

describe('offers that the page updated', () => {
  const priced = async (handle: Recommender) => {
    const { items } = await handle.recommend({ placement: 'trending', limit: 3 });
    return items.map(({ item }) => `${item.id}${item.price ?? ''}`).join(' ');
  };

  it('hold in a worker that replaces a crashed one, or one with other options', async () => {
    const first = await create({ consent: 'pending' });
    const update = await first.catalog.updateOffers([
      { id: 'a', availability: 'out-of-stock' },
      { id: 'b', price: 5, quantity: 1 },
      { id: 'unknown', price: 1 },
    ]);
    expect(update).toEqual({ changed: 2, unknown: ['unknown'] });
    await first.catalog.updateOffers([{ id: 'b', price: 4 }]);
    expect(await priced(first)).toBe('b4 c d');
    ThreadWorker.all[0].crash();
    expect(await priced(first)).toBe('b4 c d');
    expect(await first.catalog.get('b')).toMatchObject({ price: 4, quantity: 1 });
    const second = await create({ rules: { diversity: 0 } });
    expect(await priced(second)).toBe('b4 c d');
    expect(ThreadWorker.all).toHaveLength(3);
  });

  it('are not kept if the worker refused them, nor by a closed handle', async () => {
    const first = await create({ consent: 'pending' });
    await expect(
      Reflect.apply(first.catalog.updateOffers, first, [[{ id: 'b', price: 'free' }]]),
    ).rejects.toMatchObject({
      code: 'runtime/invalid-input',
    });
    ThreadWorker.all[0].crash();
    expect(await priced(first)).toBe('a b c');
    const { updateOffers } = first.catalog;
    await first.close();
    await expect(updateOffers([{ id: 'b', price: 4 }])).rejects.toMatchObject({ code: 'runtime/closed' });
  });

  it('of a market: a further caller names the same one, or no market', async () => {
    const first = await create({ consent: 'pending' });
    const errors: string[] = [];
    first.on('error', ({ code }) => errors.push(code));
    const second = await create({ market: 'at' });
    expect(await priced(second)).toBe('a b c');
    expect(errors).toEqual(['bundle/offers']);
    await create({ market: 'at' });
    await expect(create({ market: 'ch' })).rejects.toMatchObject({ code: 'runtime/invalid-input' });
  });
});

describe('several callers', () => {
  it('with different consents at once: the last one counts, and no call waits forever', async () => {
    const all = await Promise.all([
      create({ consent: 'granted' }),
      create({ consent: 'denied' }),
      create(),
      create({ consent: 'pending' }),
    ]);
    expect((await all[0].status.get()).consent).toBe('pending');
    expect(await databases()).toEqual([]);
  });

  it('name the place of the worker in several ways, and the encoders come from there for all', async () => {
    vi.stubGlobal('location', new URL(shop.bundle));
    const insertItem = vi.fn(async () => ({ id: 'new', title: 'New', tags: [], attributes: {} }));
    vi.doMock('./encode-item', () => ({ insertItem }));
    await create({ workerUrl: '/files/' });
    await create({ workerUrl: `${location.origin}/files/worker.js` });
    await expect(create({ workerUrl: '/elsewhere/' })).rejects.toMatchObject({ code: 'runtime/invalid-input' });
    await (await create()).catalog.insert({ title: 'New' });
    vi.doUnmock('./encode-item');
    const given = expect.objectContaining({ workerUrl: `${location.origin}/files/worker.js` });
    const context = expect.objectContaining({ connection: expect.objectContaining({ given }) });
    expect(insertItem).toHaveBeenCalledExactlyOnceWith({ title: 'New' }, context, expect.any(Function));
  });

  it('are not affected if one of them is refused', async () => {
    const [first, second] = await Promise.allSettled([
      createRecommender({ bundle: shop.bundle, namespace: 'test', rules: { diversity: 2 } }),
      create(),
    ]);
    expect(first.status).toBe('rejected');
    expect(second.status).toBe('fulfilled');
  });

  it('may overlap: one closes while another begins', async () => {
    const first = await create({ consent: 'granted' });
    await first.track('click', 'a');
    const [, second] = await Promise.all([first.close(), create()]);
    expect((await second.status.get()).events).toBe(1);
    expect(ThreadWorker.all.filter(({ ended }) => !ended)).toHaveLength(1);
  });

  it('lose no counts for a hook when the worker is replaced', async () => {
    const counts: number[] = [];
    const first = await create({
      consent: 'granted',
      onMetric: (rows) => counts.push(...rows.map(({ impressions }) => impressions)),
    });
    await first.track('impression', 'a', { recommendationId: 'r', placement: 'for-you', position: 0 });
    await create({ rules: { diversity: 0 } });
    await first.close();
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
  });
});

describe('a store that could not be opened at the start', () => {
  it('is opened when the shop asks again', async () => {
    const open = vi.spyOn(DeviceStore, 'open').mockRejectedValueOnce(new TypeError('Failed to fetch'));
    const first = await create({ consent: 'granted' });
    await first.track('click', 'a');
    await first.profile.consent('granted');
    expect(open.mock.calls.length).toBeGreaterThan(1);
  });
});
