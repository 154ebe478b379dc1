import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeviceStore } from '../store/device-store';
import { type ServedShop, serveShop } from './served-shop.fixture';

// Findings of a review: what a browser may lack or refuse.
const late = vi.hoisted(() => ({ fails: false }));
vi.mock('../store', async (original) => {
  const store = await original<typeof import('../store')>();
  return {
    ...store,
    // As a page that has gone offline, or whose host has a newer version and not the old files any more.
    deviceStores: () =>
      late.fails
        ? Promise.reject(new TypeError('Failed to fetch dynamically imported module: https://shop.example/a.js'))
        : store.deviceStores(),
  };
});

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  late.fails = false;
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

describe('without a BroadcastChannel', () => {
  it('the shop goes on by itself', async () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    const engine = await open({ consent: 'pending' });
    expect((await engine.recommend({})).items.length).toBeGreaterThan(0);
    await engine.close();
  });

  it('the shop goes on where one cannot be opened, as in a frame without an origin', async () => {
    vi.stubGlobal(
      'BroadcastChannel',
      class {
        constructor() {
          throw new DOMException('refused', 'SecurityError');
        }
      },
    );
    const engine = await open({ consent: 'pending' });
    expect((await engine.recommend({})).items.length).toBeGreaterThan(0);
    await engine.close();
  });
});

describe('where Web Locks are refused', () => {
  it('every tab leads, as it does where there are none', async () => {
    vi.stubGlobal('navigator', {
      locks: { request: () => Promise.reject(new DOMException('refused', 'SecurityError')) },
    });
    const engine = await open();
    expect(await engine.status()).toMatchObject({ consent: 'granted', leading: true });
    await engine.close();
  });
});

describe('where the browser does not list databases, such as Firefox before 126', () => {
  it('finds what an earlier visit kept', async () => {
    const first = await open();
    for (const id of 'abc') await first.track('click', id, {});
    await first.settled();
    await first.close();
    Object.defineProperty(indexedDB, 'databases', { value: undefined });
    const next = await open({ consent: undefined });
    expect(await next.status()).toMatchObject({ consent: 'granted', events: 3 });
    await next.close();
  });
});

describe('where the code of the store does not load', () => {
  it('a grant is refused with a code of the store and what to do, and can be tried again', async () => {
    const engine = await open({ consent: 'pending' });
    await engine.track('click', 'a', {});
    late.fails = true;
    const refused = await engine.setConsent('granted').then(
      () => null,
      (thrown) => thrown,
    );
    expect(await engine.status()).toMatchObject({ consent: 'pending', events: 1 });
    late.fails = false;
    await engine.setConsent('granted');
    expect(await engine.status()).toMatchObject({ consent: 'granted', events: 1 });
    expect(refused).toMatchObject({ code: expect.stringMatching(/^store\//) });
    await engine.close();
  });

  it('a start with consent tells a code of the store', async () => {
    late.fails = true;
    const engine = await open();
    expect(shop.codes).toEqual([expect.stringMatching(/^store\//)]);
    await engine.close();
  });
});

describe('closing', () => {
  it('with an event on its way answers it as what became of it', async () => {
    const engine = await open();
    await engine.track('click', 'a', {});
    const tracking = engine.track('click', 'b', {}).then(
      () => 'kept',
      ({ code }) => code,
    );
    await engine.close();
    const answer = await tracking;
    const store = await DeviceStore.open('test');
    const kept = (await store.eventsAfter(0)).some(({ itemId }) => itemId === 'b');
    store.close();
    expect(answer).toBe(kept ? 'kept' : 'runtime/closed');
  });
});
