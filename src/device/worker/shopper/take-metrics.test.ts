import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { CLICK, type ServedShop, serveShop } from '../../../../testing/served-shop';
import { combined, type VisitorReport, type VisitorSums } from '../../experiment';
import { MemoryStore } from '../../store';
import { DeviceStore } from '../../store/device-store';
import type { Engine } from '../engine';

// Node has no Web Locks: only the store keeps tabs apart.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
let shop: ServedShop;
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());

const experiment = { name: 'test', variants: [{ name: 'on' }] };
const open = (given: Parameters<ServedShop['open']>[0] = {}): Promise<Engine> => shop.open({ experiment, ...given });
/** As a page that confirms at once what it sent. */
async function visitorsOf(engine: Engine): Promise<VisitorReport[]> {
  const { visitors } = await engine.takeMetrics();
  if (visitors.length > 0) await engine.takeMetrics(visitors.map(({ key }) => key));
  return visitors;
}
/** Added, each report once. */
function added(reports: readonly VisitorReport[]): VisitorSums {
  const [first, ...others] = new Map(reports.map((one) => [one.key, one])).values();
  return others.reduce<VisitorSums>((a, b) => combined(a, b, 1), first);
}

it('reports a visitor immediately, and later activity as differences', async () => {
  const engine = await open();
  expect(await visitorsOf(engine)).toMatchObject([{ variant: 'test/on', visitors: 1, clicks: { sum: 0 } }]);
  await engine.track('click', 'a', CLICK);
  await engine.track('purchase', 'a', { price: 20, currency: 'EUR' });
  expect(await visitorsOf(engine)).toMatchObject([
    { visitors: 0, clicks: { sum: 1, squares: 1 }, revenue: { EUR: { visitors: 1, sum: 20, squares: 400 } } },
  ]);
  expect(await engine.takeMetrics()).toMatchObject({ counts: [], visitors: [] });
  await engine.close();
  expect(shop.codes).toEqual([]);
});

it('counts nothing twice if tabs report at the same moment', async () => {
  const tabs = await Promise.all([open(), open(), open()]);
  const sums: VisitorReport[] = [];
  for (let round = 0; round < 5; round++) {
    await Promise.all(tabs.map((tab) => tab.track('click', 'a', CLICK)));
    sums.push(...(await Promise.all([...tabs, ...tabs].map(visitorsOf))).flat());
  }
  await Promise.all(tabs.map((tab) => tab.close()));
  expect(added(sums)).toMatchObject({ visitors: 1, clicks: { visitors: 1, sum: 15, squares: 225 } });
});

it('reports on the next page the events of a killed page', async () => {
  const killed = await open();
  await visitorsOf(killed);
  await killed.track('click', 'b', CLICK);
  // Neither closed nor asked again.
  const next = await open();
  expect(await visitorsOf(next)).toMatchObject([{ visitors: 0, clicks: { sum: 1, squares: 1 } }]);
  await Promise.all([killed.close(), next.close()]);
});

it('repeats, under the same key, a report taken by a page that was killed before sending it', async () => {
  const killed = await open();
  await killed.track('click', 'b', CLICK);
  const { visitors } = await killed.takeMetrics();
  const next = await open();
  await next.track('click', 'b', CLICK);
  const again = await visitorsOf(next);
  expect(again[0]).toEqual(visitors[0]);
  expect(added([...visitors, ...again])).toMatchObject({ visitors: 1, clicks: { sum: 2, squares: 4 } });
  expect(await next.takeMetrics()).toMatchObject({ counts: [], visitors: [] });
  await Promise.all([killed.close(), next.close()]);
});

it('keeps and reports no visitor without consent, in memory only, or without an experiment', async () => {
  for (const given of [{ consent: 'pending' }, { consent: 'denied' }, { experiment: undefined }] as const) {
    const engine = await open(given);
    await engine.track('click', 'a', CLICK);
    expect(await visitorsOf(engine)).toEqual([]);
    await engine.close();
  }
});

it('reports events tracked before consent after it is granted', async () => {
  const engine = await open({ consent: 'pending' });
  await engine.track('click', 'a', CLICK);
  expect(await visitorsOf(engine)).toEqual([]);
  await engine.consent('granted');
  expect(await visitorsOf(engine)).toMatchObject([{ visitors: 1, clicks: { sum: 1 } }]);
  await engine.close();
});

it('keeps nothing after forget(); after reset() the device is the same visitor', async () => {
  const engine = await open();
  await engine.track('click', 'a', CLICK);
  await visitorsOf(engine);
  await engine.reset();
  await engine.track('cart', 'b', {});
  await engine.track('cart', 'b', {});
  expect(await visitorsOf(engine)).toMatchObject([{ visitors: 0, carts: { sum: 2 }, clicks: { sum: 0 } }]);
  await engine.forget();
  expect(await indexedDB.databases()).toEqual([]);
  await engine.consent('granted');
  expect(await visitorsOf(engine)).toMatchObject([{ visitors: 1, clicks: { sum: 0 }, carts: { sum: 0 } }]);
  await engine.close();
});

it("returns no counts before an answer or after a refusal, and the page's counts after consent", async () => {
  for (const consent of ['pending', 'denied'] as const) {
    const engine = await open({ consent, experiment: undefined });
    await engine.track('click', 'a', CLICK);
    expect(await engine.takeMetrics()).toMatchObject({ counts: [], visitors: [] });
    if (consent !== 'denied') {
      await engine.consent('granted');
      expect(await engine.takeMetrics()).toMatchObject({ counts: [{ clicks: 1 }] });
      await engine.forget();
    }
    await engine.close();
  }
});

it('releases no counts taken while consent was withdrawn', async () => {
  const engine = await open();
  await engine.track('click', 'a', CLICK);
  const taking = engine.takeMetrics();
  const denied = engine.consent('denied');
  expect(await taking).toMatchObject({ counts: [], visitors: [] });
  await denied;
  await engine.close();
  expect(shop.codes).toEqual([]);
});

it('reports nothing again after an import of a profile', async () => {
  const engine = await open();
  await engine.track('click', 'a', CLICK);
  await engine.settled();
  const file = await engine.exportProfile();
  await visitorsOf(engine);
  await engine.importProfile(file);
  expect(await engine.takeMetrics()).toMatchObject({ counts: [], visitors: [] });
  await engine.close();
});

it('returns operating figures once, after the first list, and errors as soon as the shopper has consented', async () => {
  const engine = await open({ consent: 'pending' });
  await engine.recommend();
  const figures = async (codes: string[] = []) => (await engine.takeMetrics([], codes)).operations;
  expect(await figures(['store/full', 'store/full'])).toEqual([]);
  await engine.consent('granted');
  const [{ firstList, bytes, ...first }] = await figures();
  expect(first).toEqual({
    variant: 'test/on',
    pages: 1,
    encoders: { webgpu: 0, wasm: 0 },
    errors: { 'store/full': 2 },
  });
  expect([Object.values(firstList), bytes > 0]).toEqual([[1], true]);
  expect(await figures()).toEqual([]);
  expect(await figures(['store/full'])).toMatchObject([{ pages: 0, firstList: {}, errors: { 'store/full': 1 } }]);
  const denied = engine.consent('denied');
  expect(await figures(['store/full'])).toEqual([]);
  await denied;
  await engine.consent('granted');
  expect(await figures()).toEqual([]);
  await engine.close();
});

it('returns the counts and reports the error if the store fails', async () => {
  const engine = await open();
  await engine.track('click', 'a', CLICK);
  const text = vi.spyOn(DeviceStore.prototype, 'text').mockRejectedValue(new Error('no disk'));
  expect(await engine.takeMetrics()).toMatchObject({ counts: [{ clicks: 1 }], visitors: [] });
  expect(shop.codes).toEqual(['runtime/unexpected']);
  text.mockRestore();
  expect(await visitorsOf(engine)).toMatchObject([{ visitors: 1, clicks: { sum: 1 } }]);
  await engine.close();
});

it.each([
  ['in memory', async () => new MemoryStore()],
  ['on the device', () => DeviceStore.open('text')],
])('a text %s is replaced in one step', async (_, make) => {
  const store = await make();
  const next = (known: string | null): string => String(Number(known ?? 0) + 1);
  await Promise.all(Array.from({ length: 20 }, () => store.text('visitors', next)));
  expect(await store.text('visitors', (known) => known ?? '')).toBe('20');
  store.close();
});

it('counts a visitor once, under the stored variant, if two tabs had drawn different ones before the answer', async () => {
  const variants = [{ name: 'on' }, { name: 'off', learning: false }];
  const pending = () => open({ experiment: { name: 'test', variants }, consent: 'pending' });
  const variantOf = async (engine: Engine) => (await engine.metrics()).variant;
  const one = await pending();
  let other = await pending();
  while ((await variantOf(other)) === (await variantOf(one))) {
    await other.close();
    other = await pending();
  }
  await other.track('click', 'a', CLICK);
  // The second tab hears of the consent before it has read the stored variant, and its page requests reports in between.
  const read = DeviceStore.prototype.text;
  let proceed: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => (proceed = resolve));
  let drawn = 0;
  vi.spyOn(DeviceStore.prototype, 'text').mockImplementation(async function (this: DeviceStore, name, change) {
    if (name === 'unit' && drawn++ > 0) await slow;
    return read.call(this, name, change);
  });
  await one.consent('granted');
  await vi.waitFor(async () => expect((await other.status()).consent).toBe('granted'));
  const asked = visitorsOf(other);
  setTimeout(proceed, 50);
  const reports = await asked;
  vi.restoreAllMocks();
  reports.push(...(await visitorsOf(one)), ...(await visitorsOf(other)));
  const kept = (await one.metrics()).variant;
  expect(added(reports)).toMatchObject({ variant: kept, visitors: 1 });
  expect(new Set(reports.map(({ variant }) => variant))).toEqual(new Set([kept]));
  await Promise.all([one.close(), other.close()]);
});
