import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import { clickAll, consentOf } from '../../../../testing/opened-engine';
import { log, type ServedShop, serveShop } from '../../../../testing/served-shop';
import { SidestreamError } from '../../../error';
import { DeviceStore } from '../../store/device-store';

// Node has no IndexedDB: this one follows the specification, in memory. It has no Web Locks either: every tab leads.
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
/** A step that, once reached, waits until it is released. */
function gate() {
  const opened = new EventTarget();
  const next = (type: string) => new Promise<void>((resolve) => opened.addEventListener(type, () => resolve()));
  const [reached, go] = [next('reached'), next('go')];
  const pass = async () => {
    opened.dispatchEvent(new Event('reached'));
    await go;
  };
  return { reached, pass, go: () => opened.dispatchEvent(new Event('go')) };
}
const { adopt, generation, localItems } = DeviceStore.prototype;
const { put } = IDBObjectStore.prototype;
/** The browser aborts the transaction when the profile is written, after the events, as on a full disk. */
const abort = () =>
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementationOnce(function (this: IDBObjectStore, ...given) {
    const request = put.apply(this, given);
    this.transaction.abort();
    return request;
  });

describe('a grant that fails', () => {
  it('does not delete the database that another tab shares already', async () => {
    const sharing = await open();
    const waiting = await open({ consent: 'pending' });
    await clickAll(waiting, 'ab');
    abort();
    await expect(waiting.consent('granted')).rejects.toMatchObject({ code: 'store/unavailable' });
    await pause(50);
    expect(await consentOf(sharing)).toBe('granted');
    expect(await databases()).toEqual(['sidestream/test']);
    await Promise.all([sharing.close(), waiting.close()]);
  });

  it("leaves no event of this tab in another tab's log, and no event twice after a retry", async () => {
    const sharing = await open();
    const waiting = await open({ consent: 'pending' });
    await clickAll(waiting, 'ab');
    abort();
    await expect(waiting.consent('granted')).rejects.toMatchObject({ code: 'store/unavailable' });
    expect(await log()).toEqual([]);
    await waiting.consent('granted');
    expect((await log()).map(({ itemId }) => itemId)).toEqual(['a', 'b']);
    await Promise.all([sharing.close(), waiting.close()]);
  });

  it('leaves no database created only for it', async () => {
    const engine = await open({ consent: 'pending' });
    await clickAll(engine, 'ab');
    abort();
    await expect(engine.consent('granted')).rejects.toMatchObject({ code: 'store/unavailable' });
    expect(await databases()).toEqual([]);
    await engine.close();
  });

  it('leaves no database if the page cannot encrypt', async () => {
    const engine = await open({ consent: 'pending', encrypt: { key: new Uint8Array(32) } });
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto), subtle: undefined });
    await expect(engine.consent('granted')).rejects.toMatchObject({ code: 'store/unavailable' });
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
    // The shop asks again, as the error advises.
    await engine.consent('granted');
    expect(await log()).toHaveLength(1);
    await engine.close();
  });
});

describe('a denial while a grant is under way', () => {
  it('counts from the moment it is given', async () => {
    const before = await open();
    await clickAll(before, 'cd');
    await before.close();
    const engine = await open({ consent: 'pending' });
    // The learner continues from the device's data; a training in progress, or a slow disk, delays that.
    const held = gate();
    vi.spyOn(DeviceStore.prototype, 'localItems').mockImplementationOnce(async function (this: DeviceStore) {
      await held.pass();
      return localItems.call(this);
    });
    const granting = engine.consent('granted');
    await held.reached;
    const denying = engine.consent('denied');
    const append = vi.spyOn(DeviceStore.prototype, 'append');
    await engine.track('click', 'e', {});
    expect(append).not.toHaveBeenCalled();
    held.go();
    await Promise.allSettled([granting, denying]);
    expect(await engine.status()).toMatchObject({ consent: 'denied', events: 0 });
    expect(await databases()).toEqual([]);
    await engine.close();
  });

  it('and a later grant each count in the order they are given', async () => {
    const engine = await open({ consent: 'pending' });
    await clickAll(engine, 'ab');
    const held = gate();
    vi.spyOn(DeviceStore.prototype, 'generation').mockImplementationOnce(async function (this: DeviceStore) {
      await held.pass();
      return generation.call(this);
    });
    const answers = [engine.consent('granted')];
    await held.reached;
    answers.push(engine.consent('denied'), engine.consent('granted'));
    held.go();
    const outcomes = await Promise.allSettled(answers);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(await engine.status()).toMatchObject({ consent: 'granted', events: 0 });
    expect(await log()).toEqual([]);
    await engine.close();
  });
});

describe('calls during a grant', () => {
  it('reach the device too: an event and an item that the shopper adds', async () => {
    const engine = await open({ consent: 'pending' });
    await clickAll(engine, 'ab');
    const held = gate();
    vi.spyOn(DeviceStore.prototype, 'adopt').mockImplementationOnce(async function (this: DeviceStore, ...given) {
      await held.pass();
      return adopt.apply(this, given);
    });
    const granting = engine.consent('granted');
    await held.reached;
    const features = { values: new Int8Array(20).fill(50), scales: new Float32Array(5).fill(1) };
    await engine.insertItem({ item: makeItem('mine'), encoders: shop.encoders, ...features }, []);
    await engine.track('click', 'c', {});
    held.go();
    await granting;
    await engine.close();
    const next = await open({ consent: undefined });
    expect(await next.getItem('mine')).not.toBeNull();
    expect((await next.status()).events).toBe(3);
    await next.close();
  });
});

describe('consent("pending")', () => {
  it('deletes the database, even in a page that was started with it, and keeps the data in memory', async () => {
    const before = await open();
    await clickAll(before, 'ab');
    await before.close();
    // As the worker that replaces one that crashed in forget() or consent('pending').
    const engine = await open({ consent: 'pending' });
    await clickAll(engine, 'c');
    await engine.consent('pending');
    expect(await databases()).toEqual([]);
    expect((await engine.status()).events).toBe(1);
    await engine.close();
  });
});
