import 'fake-indexeddb/auto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Consent, Recommender } from '../../device/protocol';
import { stubPage } from '../../testing/client-page';
import { log, type ServedShop, serveShop } from '../../testing/served-shop';
import { pause, shortenDelays } from '../../testing/short-delays';
import { ThreadWorker } from '../../testing/thread-worker';
import { createRecommender } from './create-recommender';

let shop: ServedShop;
let storage: TabStorage;
let page: EventTarget;
const handles: Recommender[] = [];
/** Codes of the errors that the recommenders reported. */
let codes: string[];

/** Node has no sessionStorage. This one has a quota, and a tab that is duplicated copies it. */
class TabStorage {
  readonly content = new Map<string, string>();
  quota = 5_000_000;
  getItem = (key: string): string | null => this.content.get(key) ?? null;
  removeItem = (key: string): void => void this.content.delete(key);
  setItem = (key: string, value: string): void => {
    if (value.length > this.quota) throw Object.assign(new Error('full'), { name: 'QuotaExceededError' });
    this.content.set(key, value);
  };
  get record(): { tracked: unknown[]; memory: { events: { itemId: string }[]; profile: string | null } | null } | null {
    const [text] = this.content.values();
    return text === undefined ? null : JSON.parse(text);
  }
}

beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());
beforeEach(() => {
  codes = [];
  storage = new TabStorage();
  const { content, getItem, setItem, removeItem } = storage;
  page = stubPage(shop.bundle, { content, methods: { getItem, setItem, removeItem } });
  shortenDelays();
});
afterEach(async () => {
  await leave();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Opens a page of the shop in the tab. */
async function open(consent: Consent | undefined = 'session', options = {}): Promise<Recommender> {
  const given = consent ? { consent } : {};
  const handle = await createRecommender({ bundle: shop.bundle, namespace: 'test', ...given, ...options });
  handle.on('error', ({ code }) => codes.push(code));
  handles.push(handle);
  return handle;
}
/** Leaves the page. @param record the tab's record at that moment: later writes come too late */
async function leave(record = storage.content.get(key())): Promise<void> {
  await Promise.allSettled(handles.splice(0).map((handle) => handle.close()));
  if (record === undefined) storage.content.clear();
  else storage.content.set(key(), record);
}
const key = (): string => `sidestream/test ${shop.bundle}/`;
const databases = async (): Promise<unknown[]> => (await indexedDB.databases()).map(({ name }) => name);
const copied = (ids: string): Promise<void> =>
  vi.waitFor(() => expect(storage.record?.memory?.events.map(({ itemId }) => itemId).join('')).toBe(ids), {
    timeout: 5000,
    interval: 5,
  });
const eventsOf = async (recommender: Recommender): Promise<number> => (await recommender.status()).events;
/** Long enough for a copy, which is made 50 ms after a change. */
const copyTime = (): Promise<void> => pause(200);

describe('copies that pages of the tab kept, with several bundles', () => {
  const others = ['sidestream/test more http://shop/', 'sidestream/tes http://shop/'];

  it('are deleted by a refusal, a pending and forget(), for any bundle; visits of other namespaces stay', async () => {
    const other = await serveShop();
    for (const refuse of [
      (to: Recommender) => to.consent('denied'),
      (to: Recommender) => to.consent('pending'),
      (to: Recommender) => to.forget(),
    ]) {
      const first = await open();
      await first.track('click', 'a');
      await copied('a');
      await leave();
      for (const name of others) storage.content.set(name, '{}');
      const page = await open('session', { bundle: other.bundle });
      await page.track('click', 'b');
      expect(storage.content.size).toBe(4);
      await refuse(page);
      expect([...storage.content.keys()]).toEqual(others);
      await leave();
      storage.content.clear();
    }
    await other.close();
  });

  it('are deleted by a refusal in another tab', async () => {
    const page = await open();
    await page.track('click', 'a');
    for (const name of ['sidestream/test http://shop/other/', ...others]) storage.content.set(name, '{}');
    const tab = await shop.open({ consent: 'pending' });
    await tab.consent('denied');
    await vi.waitFor(() => expect([...storage.content.keys()]).toEqual(others));
    await tab.close();
    storage.content.clear();
  });
});

describe('a record with times that no page wrote', () => {
  for (const time of [1e300, 8.64e15, Number.MAX_SAFE_INTEGER, -1, 1.5, '5']) {
    it(`${time}: it is passed over, and later events are kept`, async () => {
      const first = await open();
      await first.track('click', 'a');
      await copied('a');
      const record = JSON.parse(storage.content.get(key()) ?? '');
      const tracked = [{ type: 'click', itemId: 'b', details: {}, time }];
      await leave(JSON.stringify({ ...record, tracked }));
      const next = await open();
      expect(await eventsOf(next)).toBe(1);
      await next.track('click', 'c');
      await copied('ac');
      expect(codes).toEqual([]);
    });
  }
});

describe('a visit that is kept in the tab', () => {
  it('continues on the next page: events, the profile, dismissals and counts; nothing is on disk', async () => {
    const first = await open();
    for (const id of 'bcb') await first.track('click', id, { placement: 'similar', recommendationId: 'r' });
    await first.track('dismiss', 'a');
    await copied('bcba');
    const [status, metrics, list] = [await first.status(), await first.metrics(), await first.recommend()];
    expect(storage.record?.tracked).toEqual([]);
    await leave();
    const next = await open();
    expect(await next.status()).toMatchObject({ consent: 'session', events: status.events, dismissed: 1 });
    expect(await next.metrics()).toEqual(metrics);
    expect((await next.recommend()).items.map(({ item }) => item.id)).toEqual(list.items.map(({ item }) => item.id));
    expect([...storage.content.keys()]).toEqual([key()]);
    expect([await databases(), codes]).toEqual([[], []]);
  });

  it('contains a click that left the page at once, exactly once', async () => {
    const first = await open();
    await first.track('click', 'b');
    await copied('b');
    void first.track('click', 'c').catch(() => undefined);
    const record = storage.content.get(key());
    await leave(record);
    const next = await open();
    expect(await eventsOf(next)).toBe(2);
    await copied('bc');
    // The record at a moment when the worker had the event, but had not answered yet.
    const { tracked } = JSON.parse(record ?? '');
    const both = { ...JSON.parse(storage.content.get(key()) ?? ''), tracked };
    await leave(JSON.stringify(both));
    await (await open()).track('click', 'a');
    await copied('bca');
  });

  it('does not keep an event that was refused or is invalid', async () => {
    const recommender = await open();
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    const wrong = [
      ['click', 'unknown', {}],
      ['clack', 'a', {}],
      ['click', 'a', { quantity: -1 }],
      ['click', 'a', { quantity: 1n }],
      ['click', 'a', cyclic],
    ];
    for (const given of wrong) await expect(Reflect.apply(recommender.track, recommender, given)).rejects.toThrow();
    await copyTime();
    expect(storage.content.size).toBe(0);
  });

  it('includes an added item', async () => {
    const first = await open();
    const remote = ThreadWorker.all.length;
    expect(remote).toBe(1);
    await first.track('click', 'a');
    await copied('a');
    const record = JSON.parse(storage.content.get(key()) ?? '');
    const features = { values: btoa('2'.repeat(20)), scales: btoa('\0\0\x80?'.repeat(5)) };
    const item = { id: 'mine', title: 'Mine', description: '', category: '', availability: 'in-stock' };
    record.memory.items.push({
      item: { ...item, popularity: 0, attributes: {} },
      encoders: shop.encoders,
      ...features,
    });
    await leave(JSON.stringify(record));
    const next = await open();
    expect(await next.getItem('mine')).toMatchObject({ title: 'Mine' });
    // The tab keeps it as the worker has it.
    await next.track('click', 'mine');
    await vi.waitFor(() =>
      expect(storage.record?.memory).toMatchObject({ items: [{ encoders: shop.encoders, ...features }] }),
    );
  });

  it('continues after a worker that crashed, with the call that started the next one counted once', async () => {
    // In this test, a crashed worker continues in its thread, and would hear grants of later tests.
    const recommender = await open('session', { namespace: 'crash' });
    await recommender.track('click', 'a');
    await copied('a');
    await recommender.track('click', 'b');
    ThreadWorker.all[0].crash();
    await recommender.track('click', 'c');
    expect(await eventsOf(recommender)).toBe(3);
    expect(codes).toEqual(['runtime/worker-crashed']);
  });

  it('is empty after a reset, also for the next page', async () => {
    const first = await open();
    await first.track('click', 'a');
    await copied('a');
    await first.reset();
    await vi.waitFor(() => expect(storage.content.size).toBe(0));
    expect((await first.status()).consent).toBe('session');
  });

  it('is cut to a megabyte, oldest events first', async () => {
    const first = await open();
    await first.track('click', 'a');
    await copied('a');
    const record = JSON.parse(storage.content.get(key()) ?? '');
    const [event] = record.memory.events;
    record.memory.events = Array.from({ length: 20_000 }, (_, n) => ({ ...event, id: n + 1, time: n, itemId: 'a' }));
    await leave(JSON.stringify(record));
    const next = await open();
    await next.track('click', 'b');
    await vi.waitFor(() => expect(storage.record?.memory?.events.at(-1)?.itemId).toBe('b'), { timeout: 20_000 });
    expect(storage.content.get(key())?.length).toBeLessThanOrEqual(1_000_000);
    expect(storage.record?.memory?.events.length).toBeGreaterThan(3000);
    expect(codes).toEqual([]);
  }, 60_000);
});

describe('the end of a visit', () => {
  it('granted: moves to disk with the events, once, including the events of a copy of the tab', async () => {
    const first = await open();
    for (const id of 'ab') await first.track('click', id);
    await copied('ab');
    const copy = storage.content.get(key());
    await first.consent('granted');
    await vi.waitFor(() => expect(storage.content.size).toBe(0));
    expect((await log()).map(({ itemId }) => itemId).join('')).toBe('ab');
    await leave(copy);
    const other = await open();
    await other.track('click', 'c');
    await other.consent('granted');
    await vi.waitFor(() => expect(storage.content.size).toBe(0));
    expect((await log()).map(({ itemId }) => itemId).join('')).toBe('abc');
    expect(await eventsOf(other)).toBe(3);
  });

  it('granted from the start of the next page: its events are taken along too', async () => {
    const first = await open();
    await first.track('click', 'a');
    await copied('a');
    await leave();
    const next = await open('granted');
    await vi.waitFor(() => expect(storage.content.size).toBe(0));
    expect((await log()).map(({ itemId }) => itemId)).toEqual(['a']);
    await vi.waitFor(async () => expect(await eventsOf(next)).toBe(1));
  });

  it.each(['denied', 'pending', 'forget'] as const)(
    '%s: the record is gone at once, and nothing comes back',
    async (how) => {
      const first = await open();
      await first.track('click', 'a');
      await copied('a');
      void first.track('click', 'b').catch(() => undefined);
      const ending = how === 'forget' ? first.forget() : first.consent(how);
      expect(storage.content.size).toBe(0);
      await ending;
      await copyTime();
      expect(storage.content.size).toBe(0);
      expect(await first.status()).toMatchObject({ consent: how === 'forget' ? 'pending' : how, events: 0 });
      expect(await databases()).toEqual([]);
    },
  );

  it('denied in another tab', async () => {
    const first = await open();
    await first.track('click', 'a');
    await copied('a');
    // Another tab has its own worker.
    const other = await shop.open({ consent: 'pending' });
    await other.consent('denied');
    await vi.waitFor(async () => expect((await first.status()).consent).toBe('denied'));
    await vi.waitFor(() => expect(storage.content.size).toBe(0));
    await other.close();
  });

  it('denied from the start of the next page', async () => {
    const first = await open();
    await first.track('click', 'a');
    await copied('a');
    await leave();
    await open('denied');
    await vi.waitFor(() => expect(storage.content.size).toBe(0));
  });

  it('a page without an answer leaves it to the next, and takes it up once it is asked', async () => {
    const first = await open();
    await first.track('click', 'a');
    await copied('a');
    await leave();
    const next = await open('pending');
    await pause(50);
    expect(storage.content.size).toBe(1);
    expect(await eventsOf(next)).toBe(0);
    await next.consent('session');
    await vi.waitFor(async () => expect(await eventsOf(next)).toBe(1));
    await next.consent('denied');
    await next.consent('session');
    await next.track('click', 'b');
    await copied('b');
  });

  it('granted fails: the visit continues in the tab', async () => {
    const first = await open();
    await first.track('click', 'a');
    await copied('a');
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new Error('Shut off by the test.');
    });
    await expect(first.consent('granted')).rejects.toMatchObject({ code: 'store/unavailable' });
    await first.track('click', 'b');
    await copied('ab');
    expect((await first.status()).consent).toBe('session');
  });
});

describe('a tab that keeps nothing', () => {
  it.each([
    [
      'full',
      () => {
        storage.quota = 10;
      },
      'store/full',
    ],
    [
      'denied',
      () => {
        vi.stubGlobal('sessionStorage', undefined);
        Object.defineProperty(globalThis, 'sessionStorage', {
          configurable: true,
          get: (): never => {
            throw new Error('denied');
          },
        });
      },
      'store/unavailable',
    ],
  ] as const)('storage %s: is reported once, and the page continues in memory', async (_, shut, code) => {
    shut();
    const recommender = await open();
    for (const id of 'ab') await recommender.track('click', id);
    await copyTime();
    expect(await eventsOf(recommender)).toBe(2);
    expect(codes).toEqual([code]);
    await recommender.consent('denied');
    expect((await recommender.status()).consent).toBe('denied');
  });

  it('with `encrypt` nothing is kept in the clear', async () => {
    const recommender = await open('session', { encrypt: { passphrase: 'correct horse' } });
    await recommender.track('click', 'a');
    await copyTime();
    expect([storage.content.size, codes]).toEqual([0, ['runtime/invalid-input']]);
  });

  const event = { id: 1, type: 'click', itemId: 'a', time: 5 };
  it.each<[string, unknown, string | null]>([
    ['text', 'hello', 'store/corrupt'],
    ['cut off', '{"version":1,"page":"1-2","tracked":[],"memory":{"profile":"AAA', 'store/corrupt'],
    ['another script’s', '{"version":1,"cart":[]}', 'store/corrupt'],
    ['null', null, 'store/corrupt'],
    ['a profile that is no Base64', { memory: { profile: '%', events: [], items: [] } }, 'store/corrupt'],
    ['an invalid profile', { memory: { profile: btoa('x'.repeat(99)), events: [event], items: [] } }, 'store/corrupt'],
    ['an invalid event', { memory: { profile: null, events: [{ type: 'click' }], items: [] } }, 'store/corrupt'],
    [
      'scales of half a number',
      { memory: { profile: null, events: [], items: [{ values: '', scales: 'AAA=' }] } },
      'store/corrupt',
    ],
    ['newer', { version: 2, memory: null }, 'store/newer-schema'],
    ['invalid calls', { tracked: [null, 5, { type: 'click' }, { ...event, details: { quantity: 'x' } }] }, null],
  ])('a record that is %s is left out, and reported once', async (_, content, code) => {
    const form = { version: 1, page: '1-2', tracked: [], memory: null };
    const record =
      typeof content === 'string' || content === null ? `${content}` : JSON.stringify({ ...form, ...content });
    storage.content.set(key(), record);
    const recommender = await open();
    await recommender.track('click', 'b');
    await copyTime();
    expect(codes).toEqual(code === null ? [] : [code]);
    expect((await recommender.recommend()).items.length).toBeGreaterThan(0);
    // A record by newer code is not touched.
    if (code === 'store/newer-schema') expect(storage.content.get(key())).toBe(record);
    else expect(storage.record?.memory?.events.at(-1)?.itemId).toBe('b');
  });
});

describe('a page that comes back from the back/forward cache', () => {
  const goAway = (): void => void page.dispatchEvent(new Event('pagehide'));
  const comeBack = (): void => void page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));

  it('continues unchanged if no other page wrote', async () => {
    const recommender = await open();
    await recommender.track('click', 'a');
    await copied('a');
    goAway();
    comeBack();
    await recommender.track('click', 'b');
    await copied('ab');
    expect(ThreadWorker.all).toHaveLength(1);
  });

  it('includes the activity of the pages in between', async () => {
    const recommender = await open();
    await recommender.track('click', 'a');
    await copied('a');
    goAway();
    const record = JSON.parse(storage.content.get(key()) ?? '');
    const [event] = record.memory.events;
    record.memory.events.push({ ...event, id: 2, itemId: 'b' });
    storage.content.set(key(), JSON.stringify({ ...record, page: '1-2', memory: { ...record.memory, profile: null } }));
    comeBack();
    await vi.waitFor(async () => expect(await eventsOf(recommender)).toBe(2));
    await recommender.track('click', 'c');
    await copied('abc');
  });

  it('forgets with the tab if the shopper refused in between', async () => {
    const recommender = await open();
    await recommender.track('click', 'a');
    await copied('a');
    goAway();
    storage.content.clear();
    comeBack();
    await vi.waitFor(async () => expect(await recommender.status()).toMatchObject({ consent: 'pending', events: 0 }));
    await copyTime();
    expect(storage.content.size).toBe(0);
  });
});
