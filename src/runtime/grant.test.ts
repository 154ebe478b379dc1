import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SidestreamError } from '../error';
import { DeviceStore } from '../store/device-store';
import type { Engine } from './engine';
import { log, type ServedShop, serveShop } from './served-shop.fixture';

// Node has no IndexedDB: this one keeps to the specification, in memory. Nor has it Web Locks: every tab leads.
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
async function clickAll(engine: Engine, ids: string): Promise<void> {
  for (const id of ids) await engine.track('click', id, {});
  await engine.settled();
}
const full = () => new SidestreamError('store/full', 'The disk is full.');

describe('a grant that fails', () => {
  it('does not delete the database that another tab shares already', async () => {
    const sharing = await open();
    const waiting = await open({ consent: 'pending' });
    await clickAll(waiting, 'ab');
    vi.spyOn(DeviceStore.prototype, 'append').mockRejectedValueOnce(full());
    await expect(waiting.setConsent('granted')).rejects.toMatchObject({ code: 'store/full' });
    await pause(50);
    expect(await consentOf(sharing)).toBe('granted');
    expect(await databases()).toEqual(['sidestream/test']);
    await Promise.all([sharing.close(), waiting.close()]);
  });

  it('leaves nothing of this tab in the log of another one, and no event twice after the next try', async () => {
    const sharing = await open();
    const waiting = await open({ consent: 'pending' });
    await clickAll(waiting, 'ab');
    vi.spyOn(DeviceStore.prototype, 'saveProfile').mockRejectedValueOnce(full());
    await expect(waiting.setConsent('granted')).rejects.toMatchObject({ code: 'store/full' });
    expect(await log()).toEqual([]);
    await waiting.setConsent('granted');
    expect((await log()).map(({ itemId }) => itemId)).toEqual(['a', 'b']);
    await Promise.all([sharing.close(), waiting.close()]);
  });

  it('leaves no database that is there for it only', async () => {
    const engine = await open({ consent: 'pending' });
    await clickAll(engine, 'ab');
    vi.spyOn(DeviceStore.prototype, 'saveProfile').mockRejectedValueOnce(full());
    await expect(engine.setConsent('granted')).rejects.toMatchObject({ code: 'store/full' });
    expect(await databases()).toEqual([]);
    await engine.close();
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
});
