import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CLICK, last, log, type ServedShop, serveShop } from '../../../../testing/served-shop';
import { DeviceStore } from '../../store/device-store';

// Node has no IndexedDB: this one follows the specification, in memory. It has no Web Locks either: every tab leads.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => void vi.restoreAllMocks());

let shop: ServedShop;
const open: ServedShop['open'] = (given) => shop.open(given);
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());

const EMPTY_REPORT = { counts: [], visitors: [], operations: [] };
const DAY = 24 * 60 * 60 * 1000;

describe('attribution', () => {
  it('finds the last click on a recommendation of the item on another page, days later', async () => {
    const first = await open();
    await first.track('click', 'a', { ...CLICK, recommendationId: 'r0' });
    await first.track('click', 'a', CLICK);
    await first.track('click', 'b', { recommendationId: 'r2', placement: 'for-you', position: 0 });
    await first.close();
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 6 * DAY);
    const second = await open();
    await second.track('purchase', 'a', { price: 5 });
    expect(await last()).toMatchObject({ type: 'purchase', itemId: 'a', ...CLICK, price: 5 });
    await second.close();
  });

  it('ends after 7 days', async () => {
    const first = await open();
    await first.track('click', 'a', CLICK);
    await first.close();
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 7 * DAY + 60_000);
    const second = await open();
    await second.track('cart', 'a', {});
    expect((await last())?.recommendationId).toBeUndefined();
    await second.close();
  });

  it('does not change events that name their recommendation, other items, or clicks outside recommendations', async () => {
    const engine = await open();
    await engine.track('click', 'a', CLICK);
    await engine.track('cart', 'a', { recommendationId: 'mine' });
    expect((await last())?.recommendationId).toBe('mine');
    await engine.track('click', 'b', { placement: 'grid' });
    await engine.track('cart', 'b', {});
    expect((await last())?.recommendationId).toBeUndefined();
    await engine.close();
  });

  it('knows a click that is still on its way to the log, and works in memory before consent', async () => {
    const engine = await open({ consent: 'pending' });
    await Promise.all([engine.track('click', 'a', CLICK), engine.track('cart', 'a', {})]);
    const { rows } = await engine.metrics();
    expect(rows).toEqual([expect.objectContaining({ placement: 'similar', clicks: 1, carts: 1, conversion: 0 })]);
    // With consent, earlier clicks are still known.
    await engine.consent('granted');
    await engine.track('purchase', 'a', {});
    expect(await last()).toMatchObject({ type: 'purchase', ...CLICK });
    expect((await engine.metrics()).rows[0]).toMatchObject({ clicks: 1, carts: 1, purchases: 1 });
    await engine.close();
  });

  it('knows a click that a slow disk has not written yet', async () => {
    const engine = await open();
    const { append } = DeviceStore.prototype;
    vi.spyOn(DeviceStore.prototype, 'append').mockImplementationOnce(async function (this: DeviceStore, events) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return append.call(this, events);
    });
    await Promise.all([engine.track('click', 'a', CLICK), engine.track('cart', 'a', {})]);
    expect((await log()).find(({ type }) => type === 'cart')).toMatchObject(CLICK);
    await engine.close();
  });

  it('does not use forgotten clicks', async () => {
    const engine = await open();
    await engine.track('click', 'a', CLICK);
    await engine.forget();
    await engine.track('purchase', 'a', {});
    expect((await engine.metrics()).rows).toEqual([
      expect.objectContaining({ placement: null, clicks: 0, purchases: 1 }),
    ]);
    expect(await indexedDB.databases()).toEqual([]);
    await engine.close();
  });
});

describe('a log', () => {
  it('has events in the order they were tracked, those that are looked up first among them', async () => {
    const engine = await open();
    const types = ['view', 'cart', 'click', 'purchase', 'impression', 'click'] as const;
    await Promise.all(types.map((type) => engine.track(type, 'a', {})));
    expect((await log()).map(({ type }) => type)).toEqual(types);
    await engine.track('view', 'a', {});
    expect(await last()).toMatchObject({ type: 'view' });
    await engine.close();
  });
});

describe('orders', () => {
  it('count once, however often and in whichever tab the confirmation page is loaded', async () => {
    const order = { transactionId: 'T1', price: 10, quantity: 2, currency: 'EUR' };
    const first = await open();
    await Promise.all([first.track('purchase', 'a', order), first.track('purchase', 'a', order)]);
    await first.track('purchase', 'b', { ...order, price: 1 });
    await first.close();
    const second = await open();
    await second.track('purchase', 'a', order);
    await second.track('purchase', 'a', { ...order, transactionId: 'T2', currency: 'USD' });
    expect((await log()).map(({ itemId, transactionId }) => `${itemId}${transactionId}`)).toEqual([
      'aT1',
      'bT1',
      'aT2',
    ]);
    const [row] = (await second.metrics()).rows;
    expect(row).toMatchObject({ purchases: 3, revenue: { EUR: 22, USD: 20 } });
    await second.close();
  });

  it('that could not be stored may be repeated', async () => {
    const engine = await open();
    const failing = vi.spyOn(DeviceStore.prototype, 'append').mockRejectedValueOnce(new Error('no room'));
    await expect(engine.track('purchase', 'a', { transactionId: 'T1' })).rejects.toThrow('no room');
    failing.mockRestore();
    await engine.track('purchase', 'a', { transactionId: 'T1' });
    expect(await log()).toHaveLength(1);
    await engine.close();
  });
});

describe('metrics', () => {
  it('are the same in every tab, survive a reload, and are of this log only', async () => {
    const [first, second] = [await open(), await open()];
    for (const type of ['impression', 'impression', 'click', 'view', 'dismiss'] as const) {
      await first.track(type, 'a', CLICK);
    }
    await second.track('impression', 'b', { placement: 'similar' });
    const seen = await first.metrics();
    expect(seen).toEqual(await second.metrics());
    expect(seen.rows).toEqual([
      {
        variant: null,
        placement: 'similar',
        impressions: 3,
        clicks: 1,
        carts: 0,
        purchases: 0,
        revenue: {},
        ctr: 1 / 3,
        ctrRange: [expect.closeTo(0.061, 3), expect.closeTo(0.792, 3)],
        conversion: 0,
      },
    ]);
    await first.close();
    await second.close();
    const third = await open();
    expect(await third.metrics()).toEqual(seen);
    await third.reset();
    expect((await third.metrics()).rows).toEqual([]);
    await third.close();
    expect(shop.codes).toEqual([]);
  });

  it("continue the device's counts when consent is given again", async () => {
    const first = await open();
    await first.track('click', 'a', CLICK);
    await first.track('impression', 'a', CLICK);
    await first.close();
    const second = await open({ consent: 'pending' });
    await second.track('cart', 'a', CLICK);
    expect((await second.metrics()).rows[0]).toMatchObject({ clicks: 0, impressions: 0, carts: 1 });
    await second.consent('granted');
    expect((await second.metrics()).rows[0]).toMatchObject({ clicks: 1, impressions: 1, carts: 1 });
    await second.close();
  });

  it("are returned as this tab's counts since the last call", async () => {
    const [first, second] = [await open(), await open()];
    await first.track('click', 'a', CLICK);
    await second.track('click', 'a', CLICK);
    const click = expect.objectContaining({ placement: 'similar', clicks: 1 });
    expect(await first.takeMetrics()).toMatchObject({ counts: [click], visitors: [] });
    expect(await first.takeMetrics()).toEqual(EMPTY_REPORT);
    await first.track('click', 'a', CLICK);
    await first.forget();
    expect(await first.takeMetrics()).toEqual(EMPTY_REPORT);
    await Promise.all([first.close(), second.close()]);
  });

  it('are recounted from the log if their stored form is damaged, with an error', async () => {
    const first = await open();
    await first.track('click', 'a', CLICK);
    await first.close();
    const store = await DeviceStore.open('test');
    // It claims to be ahead of the log, but is replaced nevertheless.
    const broken = { schema: 1, lastEvent: 99, bytes: new TextEncoder().encode('{') };
    expect(await store.saveAggregates(broken, await store.generation())).toBe(true);
    store.close();
    const second = await open();
    expect((await second.metrics()).rows[0].clicks).toBe(1);
    expect(shop.codes).toEqual(['store/corrupt']);
    await second.close();
    // Reported once, although the second page tracked nothing.
    const third = await open();
    expect((await third.metrics()).rows[0].clicks).toBe(1);
    expect(shop.codes).toEqual([]);
    await third.close();
  });
});
