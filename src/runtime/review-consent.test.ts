import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeItem } from '../catalog/bundle.fixture';
import { SidestreamError } from '../error';
import { DeviceStore } from '../store/device-store';
import type { Engine } from './engine';
import { log, type ServedShop, serveShop } from './served-shop.fixture';

// Findings of a review; each test says what should hold and fails on the code as it was.
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

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const databases = async () => (await indexedDB.databases()).map(({ name }) => name);
const consentOf = async (engine: Engine) => (await engine.status()).consent;
const eventsOf = async (engine: Engine) => (await engine.status()).events;
async function clickAll(engine: Engine, ids: string): Promise<void> {
  for (const id of ids) await engine.track('click', id, {});
  await engine.settled();
}
const localItem = (id: string) => ({
  item: makeItem(id),
  encoders: shop.encoders,
  values: new Int8Array(20).fill(50),
  scales: new Float32Array(5).fill(1),
});
/** Holds up one call of a method of the store on the device until it is let go. */
function hold(method: 'saveProfile' | 'profiles' | 'eventsAfter' | 'saveLocalItem' | 'localItems' | 'generation') {
  let go: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  let reached: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const original = DeviceStore.prototype[method] as (...given: unknown[]) => Promise<unknown>;
  vi.spyOn(DeviceStore.prototype, method).mockImplementationOnce(async function (
    this: DeviceStore,
    ...given: unknown[]
  ) {
    reached();
    await gate;
    return (await original.apply(this, given)) as never;
  });
  return { go, waiting };
}

describe('a grant that fails', () => {
  it('does not delete the database that another tab shares already', async () => {
    const sharing = await open();
    const waiting = await open({ consent: 'pending' });
    await clickAll(waiting, 'ab');
    const append = vi.spyOn(DeviceStore.prototype, 'append');
    append.mockRejectedValueOnce(new SidestreamError('store/full', 'The disk is full.'));
    await expect(waiting.setConsent('granted')).rejects.toMatchObject({ code: 'store/full' });
    await pause(50);
    // That tab had its consent, and said nothing else since.
    expect(await consentOf(sharing)).toBe('granted');
    expect(await databases()).toEqual(['sidestream/test']);
    await Promise.all([sharing.close(), waiting.close()]);
  });

  it('leaves no database where the page cannot encrypt', async () => {
    const engine = await open({ consent: 'pending', encrypt: true });
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto), subtle: undefined });
    await expect(engine.setConsent('granted')).rejects.toMatchObject({ code: 'store/unavailable' });
    expect(await consentOf(engine)).toBe('pending');
    expect(await databases()).toEqual([]);
    vi.unstubAllGlobals();
    await engine.close();
  });

  it('at the start can be tried again', async () => {
    vi.spyOn(DeviceStore, 'open').mockRejectedValueOnce(new SidestreamError('store/blocked', 'Held by the test.'));
    const engine = await open({ consent: 'granted' });
    expect(shop.codes).toEqual(['store/blocked']);
    await engine.track('click', 'a', {});
    // The shop follows the error's advice, and asks again.
    await engine.setConsent('granted');
    expect(await databases()).toEqual(['sidestream/test']);
    expect(await log()).toHaveLength(1);
    await engine.close();
  });

  it('because a deletion is blocked, leaves no database behind a later denial', async () => {
    const engine = await open();
    const other = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('sidestream/test');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    await expect(engine.setConsent('denied')).rejects.toMatchObject({ code: 'store/blocked' });
    await expect(engine.setConsent('granted')).rejects.toMatchObject({ code: 'store/blocked' });
    await expect(engine.setConsent('denied')).rejects.toMatchObject({ code: 'store/blocked' });
    other.close();
    await pause(300);
    expect(await databases()).toEqual([]);
    await engine.close();
  }, 30_000);
});

describe('a denial while a grant is under way', () => {
  it('counts from the moment it is said', async () => {
    const before = await open();
    await clickAll(before, 'cd');
    await before.close();
    const engine = await open({ consent: 'pending' });
    // The learner goes on from what the device holds; a training that is under way, or a slow disk, holds that up.
    const held = hold('localItems');
    const granting = engine.setConsent('granted');
    await held.waiting;
    const denying = engine.setConsent('denied');
    const append = vi.spyOn(DeviceStore.prototype, 'append');
    await engine.track('click', 'e', {});
    const kept = append.mock.calls.length;
    held.go();
    await Promise.allSettled([granting, denying]);
    // Not one event of after the shopper said no.
    expect(kept).toBe(0);
    await engine.close();
  });
});

describe('what comes while a grant is under way', () => {
  it('an item that the shopper adds goes to the device too', async () => {
    const engine = await open({ consent: 'pending' });
    await clickAll(engine, 'ab');
    const held = hold('saveProfile');
    const granting = engine.setConsent('granted');
    await held.waiting;
    await engine.insertItem(localItem('mine'));
    held.go();
    await granting;
    await engine.close();
    const next = await open({ consent: undefined });
    expect(await next.getItem('mine')).not.toBeNull();
    await next.close();
  });
});

describe('consent("pending")', () => {
  it('deletes what is on the device, also in a page that was started with it', async () => {
    const before = await open();
    await clickAll(before, 'ab');
    await before.close();
    // As the worker that takes the place of one that crashed in forget() or consent('pending').
    const engine = await open({ consent: 'pending' });
    await engine.setConsent('pending');
    expect(await databases()).toEqual([]);
    await engine.close();
  });
});

describe('errors that nobody has to do anything about', () => {
  it('are not told when consent is denied while the log is read', async () => {
    const engine = await open();
    await clickAll(engine, 'ab');
    shop.codes.length = 0;
    const held = hold('eventsAfter');
    await engine.track('click', 'c', {});
    await held.waiting;
    const denying = engine.setConsent('denied');
    held.go();
    await denying;
    await engine.settled();
    expect(shop.codes).toEqual([]);
    await engine.close();
  });
});

describe('two tabs of which one encrypts', () => {
  it('a tab from before encryption learns what the other one tracks', async () => {
    const before = await open({ encrypt: false });
    const after = await open({ encrypt: true });
    await clickAll(after, 'abc');
    await before.settled();
    expect(await eventsOf(after)).toBe(3);
    await vi.waitFor(async () => expect(await eventsOf(before)).toBe(3), { timeout: 1500 });
    await Promise.all([before.close(), after.close()]);
  });

  it('a tab from before encryption does not take the encrypted profile for damaged', async () => {
    const before = await open({ encrypt: false });
    const after = await open({ encrypt: true });
    await clickAll(after, 'abc');
    shop.codes.length = 0;
    await clickAll(before, 'd');
    await before.settled();
    await after.close();
    await before.close();
    expect(shop.codes).toEqual([]);
    const next = await open({ encrypt: true });
    expect(await eventsOf(next)).toBe(4);
    await next.close();
  });
});
