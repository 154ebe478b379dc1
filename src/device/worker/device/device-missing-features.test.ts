import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ServedShop, serveShop } from '../../../../testing/served-shop';

// Features that a browser may lack or refuse.
const code = vi.hoisted(() => ({ missing: false }));
vi.mock('../../store', async (original) => {
  const store = await original<typeof import('../../store')>();
  return {
    ...store,
    // As on a page that has gone offline, or whose host has replaced the old files with a newer version.
    deviceStores: () =>
      code.missing
        ? Promise.reject(new TypeError('Failed to fetch dynamically imported module: https://shop.example/a.js'))
        : store.deviceStores(),
  };
});

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  code.missing = false;
});
afterEach(() => void vi.unstubAllGlobals());

let shop: ServedShop;
const open: ServedShop['open'] = (given) => shop.open(given);
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());

it.each<[string, unknown]>([
  ['missing', undefined],
  [
    'refused, as in a frame without an origin',
    class {
      constructor() {
        throw new DOMException('refused', 'SecurityError');
      }
    },
  ],
])('BroadcastChannel %s: the tab works on its own', async (_, channel) => {
  vi.stubGlobal('BroadcastChannel', channel);
  const engine = await open({ consent: 'pending' });
  expect((await engine.recommend({})).items.length).toBeGreaterThan(0);
  await engine.close();
});

it('Web Locks refused: every tab leads, as without Web Locks', async () => {
  vi.stubGlobal('navigator', {
    locks: { request: () => Promise.reject(new DOMException('refused', 'SecurityError')) },
  });
  const engine = await open();
  expect(await engine.status()).toMatchObject({ consent: 'granted', leading: true });
  await engine.close();
});

it('databases not listed, as in Firefox before 126: data of an earlier visit is found, and no database created', async () => {
  const list = indexedDB.databases.bind(indexedDB);
  Object.defineProperty(indexedDB, 'databases', { value: undefined });
  const none = await open({ consent: undefined });
  expect(await none.status()).toMatchObject({ consent: 'pending' });
  expect(await list()).toEqual([]);
  await none.close();
  const first = await open();
  for (const id of 'abc') await first.track('click', id, {});
  await first.settled();
  await first.close();
  const next = await open({ consent: undefined });
  expect(await next.status()).toMatchObject({ consent: 'granted', events: 3 });
  await next.close();
});

describe('a failure to load the code of the store', () => {
  it('rejects a grant with an error of the store, and the grant can be tried again', async () => {
    const engine = await open({ consent: 'pending' });
    await engine.track('click', 'a', {});
    code.missing = true;
    await expect(engine.consent('granted')).rejects.toMatchObject({ code: 'store/unavailable' });
    expect(await engine.status()).toMatchObject({ consent: 'pending', events: 1 });
    code.missing = false;
    await engine.consent('granted');
    expect(await engine.status()).toMatchObject({ consent: 'granted', events: 1 });
    await engine.close();
  });

  it('is reported at a start with consent', async () => {
    code.missing = true;
    const engine = await open();
    expect(shop.codes).toEqual(['store/unavailable']);
    await engine.close();
  });
});
