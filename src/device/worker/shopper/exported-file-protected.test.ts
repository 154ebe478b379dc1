import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ServedShop, serveShop } from '../../../../testing/served-shop';
import { decodeExport, encodeExport } from './exported-file';

// Node has no IndexedDB: this one follows the specification, in memory. It has no Web Locks either: every tab leads.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

let shop: ServedShop;
const open: ServedShop['open'] = (given) => shop.open(given);
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());

describe('a profile under a key of the shop', () => {
  it('is read with it, and not changed without: the page continues in memory and reports what to do', async () => {
    const encrypt = { key: new Uint8Array(32).fill(1) };
    const first = await open({ encrypt });
    for (const id of 'ab') await first.track('click', id, {});
    await first.close();

    const wrong = await open({ consent: undefined, encrypt: { key: new Uint8Array(32).fill(2) } });
    expect(shop.codes).toEqual(['store/wrong-key']);
    expect(await wrong.status()).toMatchObject({ consent: 'pending', events: 0 });
    await wrong.track('click', 'c', {});
    await expect(wrong.consent('granted')).rejects.toMatchObject({ code: 'store/wrong-key' });
    expect(await wrong.status()).toMatchObject({ consent: 'pending', events: 1 });
    await wrong.close();

    const again = await open({ consent: undefined, encrypt });
    expect(await again.status()).toMatchObject({ consent: 'granted', events: 2 });
    // A shopper whose key is lost can still have everything deleted.
    await again.close();
    const none = await open({ consent: undefined });
    await none.forget();
    expect(await indexedDB.databases()).toEqual([]);
    await none.close();
  });
});

describe('a profile from elsewhere', () => {
  it('with impossible numbers is refused, and nothing changes', async () => {
    const engine = await open();
    for (const id of 'ab') await engine.track('click', id, {});
    const before = (await engine.recommend({})).items.map(({ item, score }) => [item.id, score]);
    const exported = await (await engine.exportProfile()).arrayBuffer();
    const { profile } = await decodeExport(new Uint8Array(exported));
    profile.experts.members[0].expert.weights.theta.recent = 1000;
    const changed = new Blob([new Uint8Array(await encodeExport(profile, []))]);
    await expect(engine.importProfile(changed)).rejects.toMatchObject({ code: 'store/corrupt' });
    expect((await engine.recommend({})).items.map(({ item, score }) => [item.id, score])).toEqual(before);
    await expect(engine.exportProfile('')).rejects.toMatchObject({ code: 'runtime/invalid-input' });
    await engine.close();
  });
});
