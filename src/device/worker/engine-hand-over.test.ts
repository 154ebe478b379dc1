import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { log, type ServedShop, serveShop } from '../../../testing/served-shop';
import { SidestreamError } from '../../error';
import type { Consent, Kept } from '../protocol';
import { DeviceStore } from '../store/device-store';
import type { Engine } from './engine';
import { recommenderHost } from './engine';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => void vi.restoreAllMocks());

let shop: ServedShop;
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());

const start = (consent: Consent, kept: Kept | null = null) =>
  recommenderHost().start(
    { bundle: shop.bundle, namespace: 'test', consent },
    { restarted: kept !== null },
    kept,
    () => undefined,
  );
/** As the page gets it from one worker, and gives it to the next. */
const handOver = async (remote: Engine): Promise<Kept> => structuredClone(await remote.handOver());

describe('the hand-over to another worker', () => {
  it("contains the shopper's activity while consent is pending: choices, dismissals, items and counts", async () => {
    const first = await start('pending');
    const features = { values: new Int8Array(20).fill(50), scales: new Float32Array(5).fill(1) };
    await first.insertItem({ item: makeItem('mine'), encoders: shop.encoders, ...features }, []);
    await first.track('click', 'b', { recommendationId: 'r', placement: 'similar', position: 0 });
    await first.track('dismiss', 'a', {});
    const [status, metrics] = [await first.status(), await first.metrics()];
    const next = await start('pending', await handOver(first));
    expect(await next.getItem('mine')).not.toBeNull();
    const { items } = await next.recommend({ placement: 'trending' }, { signal: undefined });
    expect(items.map(({ item }) => item.id)).not.toContain('a');
    const { events, dismissed } = status;
    expect(await next.status()).toMatchObject({ events, dismissed });
    expect(await next.metrics()).toEqual(metrics);
    expect(await next.takeMetrics([])).toMatchObject({ counts: [] });
    await next.consent('granted');
    expect(await next.takeMetrics([])).toMatchObject({ counts: [{ placement: 'similar', clicks: 1 }] });
    await next.close();
  });

  it('contains a dismissal even without choices', async () => {
    const first = await start('pending');
    await first.track('dismiss', 'a', {});
    const next = await start('pending', await handOver(first));
    expect((await next.status()).dismissed).toBe(1);
    await next.close();
  });

  it('contains the state learned in memory if the device could not be opened, and stores it once possible', async () => {
    const opening = vi
      .spyOn(DeviceStore, 'open')
      .mockRejectedValue(new SidestreamError('store/unavailable', 'Shut off by the test.'));
    const first = await start('granted');
    for (const id of 'abab') await first.track('click', id, {});
    const second = await start('granted', await handOver(first));
    expect((await second.status()).events).toBe(4);
    opening.mockRestore();
    await second.consent('granted');
    expect((await log()).map(({ itemId }) => itemId).join('')).toBe('abab');
    expect((await second.status()).events).toBe(4);
    await second.close();
  });

  it('is empty after a denial', async () => {
    const first = await start('pending');
    await first.track('click', 'a', {});
    await first.consent('denied');
    const kept = await handOver(first);
    expect(kept).toEqual({ memory: null, counts: [] });
    const next = await start('denied', kept);
    expect(await next.status()).toMatchObject({ consent: 'denied', events: 0 });
    await next.close();
  });
});
