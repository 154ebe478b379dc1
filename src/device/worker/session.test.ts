import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { consentOf } from '../../testing/opened-engine';
import { log, type ServedShop, serveShop } from '../../testing/served-shop';
import type { Consent, WorkerRecommender } from '../protocol';

let shop: ServedShop;
const tabs: WorkerRecommender[] = [];
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
afterEach(async () => {
  for (const tab of tabs.splice(0)) await tab.close();
});

async function open(consent: Consent): Promise<WorkerRecommender> {
  const tab = await shop.open({ consent });
  tabs.push(tab);
  return tab;
}
const becomes = (tab: WorkerRecommender, level: Consent): Promise<void> =>
  vi.waitFor(async () => expect(await consentOf(tab)).toBe(level));
const databases = async (): Promise<unknown[]> => (await indexedDB.databases()).map(({ name }) => name);
const items = async (): Promise<string> => (await log()).map(({ itemId }) => itemId).join('');
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the consent `session`', () => {
  it('belongs to the tab: others neither receive it nor accept it from a message', async () => {
    const [here, there] = [await open('pending'), await open('granted')];
    await becomes(here, 'granted');
    const alone = await open('session');
    const channel = new BroadcastChannel('sidestream/test');
    channel.postMessage({ consent: 'session', stamp: [Date.now() + 1000, 'x'] });
    await alone.track('click', 'a', {});
    await pause(50);
    channel.close();
    expect(await Promise.all([here, there, alone].map(consentOf))).toEqual(['granted', 'granted', 'session']);
    expect(await items()).toBe('');
    // An answer there also applies here, and moves the visit to the device.
    await there.consent('denied');
    await becomes(alone, 'denied');
    await alone.consent('session');
    await alone.track('click', 'b', {});
    expect([await consentOf(there), await databases()]).toEqual(['denied', []]);
    await there.consent('granted');
    await becomes(alone, 'granted');
    expect(await items()).toBe('b');
  });

  it("neither reads nor deletes an earlier visit's data on the device; a grant continues it", async () => {
    await (await open('granted')).track('click', 'a', {});
    await tabs.pop()?.close();
    const tab = await open('session');
    await tab.consent('session');
    expect((await tab.status()).events).toBe(0);
    await tab.track('click', 'b', {});
    await tab.consent('granted');
    expect([await items(), (await tab.status()).events]).toEqual(['ab', 2]);
  });

  it('after `granted` deletes everything, in all tabs, and continues in memory', async () => {
    const [here, there] = [await open('granted'), await open('granted')];
    await here.track('click', 'a', {});
    await here.consent('session');
    await becomes(there, 'pending');
    expect([await databases(), await here.status()]).toMatchObject([[], { consent: 'session', events: 0 }]);
  });

  it('keeps nothing after a pending grant, and stores the data after a later grant', async () => {
    const tab = await open('pending');
    await tab.track('click', 'a', {});
    const granting = tab.consent('granted').catch(({ code }) => code);
    await tab.consent('session');
    await granting;
    expect([await databases(), await consentOf(tab)]).toEqual([[], 'session']);
    await tab.track('click', 'b', {});
    await Promise.all([tab.consent('session'), tab.consent('granted')]);
    expect([await items(), await consentOf(tab)]).toEqual(['b', 'granted']);
  });

  it('drops the visit, and later events, after a refusal', async () => {
    const tab = await open('session');
    await tab.track('click', 'a', {});
    await tab.consent('denied');
    await tab.track('click', 'b', {});
    expect(await tab.copy()).toEqual({ memory: null, counts: [] });
  });
});
