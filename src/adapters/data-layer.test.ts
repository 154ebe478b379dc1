import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../runtime/engine';
import { log, type ServedShop, serveShop } from '../runtime/served-shop.fixture';
import { connectDataLayer, type DataLayerOptions } from './data-layer';
import type { Tracker } from './intake';
import type { AdapterReport } from './report';

let shop: ServedShop;
let engine: Engine;
let tracker: Tracker;
let disconnects: (() => void)[] = [];
const reports: AdapterReport[] = [];
beforeAll(async () => {
  shop = await serveShop();
});
beforeEach(async () => {
  // Node has no IndexedDB: this one keeps to the specification, in memory.
  globalThis.indexedDB = new IDBFactory();
  reports.length = 0;
  engine = await shop.open({ learning: false });
  tracker = {
    track: (type, id, details = {}) => engine.track(type, id, details),
    getItem: (id) => engine.getItem(id),
  };
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const disconnect of disconnects) disconnect();
  disconnects = [];
  await engine.close();
});
afterAll(() => shop.close());

function connect(layer: unknown[], options: DataLayerOptions = {}): () => void {
  const disconnect = connectDataLayer(tracker, { dataLayer: layer, onReport: (r) => reports.push(r), ...options });
  disconnects.push(disconnect);
  return disconnect;
}

/** What `gtag()` pushes, as its snippet does. */
function gtag(layer: unknown[], ..._: unknown[]): void {
  // biome-ignore lint/complexity/noArguments: gtag's own snippet pushes its arguments object.
  const [, ...rest] = arguments;
  (function push(..._rest: unknown[]) {
    // biome-ignore lint/complexity/noArguments: as above.
    layer.push(arguments);
  })(...rest);
}

function fail(thrown: unknown): never {
  throw thrown;
}

/** A proxy's handler that does the same whatever is done to the proxy. */
const trapped = (act: () => never): ProxyHandler<object> => new Proxy({}, { get: () => act });

/** Waits for as many reports. */
const reported = (count: number) => vi.waitFor(() => expect(reports).toHaveLength(count));
const drops = () => reports.flatMap((r) => (r.outcome === 'dropped' ? [[r.event, r.itemId, r.reason]] : []));
/** The log, without what every event has. */
const logged = async () => (await log()).map(({ id: _, time: _time, variant: _variant, ...event }) => event);

const cart = (id: string, more: object = {}) => ({
  event: 'add_to_cart',
  ecommerce: { currency: 'eur', value: 19.98, items: [{ item_id: id, price: '9.99', quantity: 2, ...more }] },
});

describe('a connected data layer', () => {
  it('tracks the e-commerce events of GA4 with what they say', async () => {
    const layer: unknown[] = [];
    connect(layer);
    layer.push({ event: 'view_item', ecommerce: { items: [{ item_id: 'a', price: 5, index: 0 }] } });
    await reported(1);
    layer.push({
      event: 'select_item',
      ecommerce: { item_list_id: 'search', items: [{ item_id: 'b', index: 3, recommendation_id: 'r9' }] },
    });
    await reported(2);
    layer.push(cart('c'));
    await reported(3);
    layer.push({
      event: 'purchase',
      ecommerce: { transaction_id: 1234, currency: 'USD', items: [{ item_id: 'd', price: 3, currency: 'EUR' }] },
    });
    await reported(4);
    layer.push({
      event: 'view_item_list',
      ecommerce: { items: [{ item_id: 'e', item_list_name: 'Sale', index: 0 }, { item_id: 'f' }] },
    });
    await reported(6);
    expect(await logged()).toEqual([
      { type: 'view', itemId: 'a', position: 0 },
      { type: 'click', itemId: 'b', placement: 'search', position: 3, recommendationId: 'r9' },
      { type: 'cart', itemId: 'c', price: 9.99, quantity: 2, currency: 'EUR' },
      { type: 'purchase', itemId: 'd', price: 3, currency: 'EUR', transactionId: '1234' },
      { type: 'impression', itemId: 'e', placement: 'Sale', position: 0 },
      { type: 'impression', itemId: 'f' },
    ]);
    expect(reports.every(({ outcome, source }) => outcome === 'tracked' && source === 'data-layer')).toBe(true);
  });

  it('hears gtag() too, and what was pushed before it was connected, once', async () => {
    const layer: unknown[] = [];
    gtag(layer, 'js', new Date());
    gtag(layer, 'event', 'view_item', { items: [{ item_id: 'a' }] });
    gtag(layer, 'event', 'page_view', {});
    connect(layer)();
    connect(layer);
    gtag(layer, 'event', 'add_to_cart', { currency: 'EUR', items: [{ item_id: 'b', quantity: 1 }], send_to: 'G-1' });
    await reported(2);
    expect((await logged()).map(({ type, itemId }) => `${type} ${itemId}`)).toEqual(['view a', 'cart b']);
    expect(reports.map(({ source }) => source)).toEqual(['gtag', 'gtag']);
  });

  it('gives an event the items that were pushed before it, until they are cleared', async () => {
    const layer: unknown[] = [];
    connect(layer);
    layer.push({ ecommerce: { items: [{ item_id: 'a' }] } }, { event: 'view_item' }, { ecommerce: null });
    layer.push({ event: 'add_to_cart' });
    await reported(2);
    expect((await logged()).map(({ type, itemId }) => `${type} ${itemId}`)).toEqual(['view a']);
    expect(drops()).toEqual([['add_to_cart', null, 'no-items']]);
  });

  it('passes every push on to Tag Manager, loaded before or after, and leaves it as it was', async () => {
    const layer: unknown[] = [];
    const before: unknown[] = [];
    const plain = layer.push;
    const first = (...entries: unknown[]): number => {
      before.push(...entries);
      return plain.apply(layer, entries);
    };
    layer.push = first;
    const disconnect = connect(layer);
    const ours = layer.push;
    const after: unknown[] = [];
    layer.push = (...entries: unknown[]) => {
      after.push(...entries);
      return ours.apply(layer, entries);
    };
    const frozen = Object.freeze(cart('a'));
    expect(layer.push(frozen, 'text', null, undefined, () => undefined)).toBe(5);
    await reported(1);
    expect(before).toHaveLength(5);
    expect(before[0]).toBe(frozen);
    expect(after).toHaveLength(5);
    // Tag Manager's wrapper goes on calling ours; then only the push is left of it.
    disconnect();
    layer.push(cart('b'));
    expect(layer).toHaveLength(6);
    const other: unknown[] = [];
    other.push = plain;
    connect(other)();
    expect(other.push).toBe(plain);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await logged()).toHaveLength(1);
  });

  it('maps ids, lists and events as the shop says', async () => {
    const layer: unknown[] = [];
    connect(layer, {
      itemId: ({ item_id: id }) => (id === 'skip' ? null : String(id).replace('SKU-', '')),
      placement: (list) => (list === 'related_products' ? 'similar' : undefined),
      events: { addToCart: 'cart', view_item: null, add_to_wishlist: 'click' },
    });
    layer.push({ event: 'addToCart', ecommerce: { items: [{ item_id: 'SKU-a' }, { item_id: 'skip' }] } });
    layer.push({ event: 'view_item', ecommerce: { items: [{ item_id: 'SKU-a' }] } });
    layer.push({ event: 'add_to_wishlist', ecommerce: { items: [{ item_id: 'SKU-b', item_list_id: 'x' }] } });
    layer.push({
      event: 'select_item',
      ecommerce: { items: [{ item_id: 'SKU-c', item_list_id: 'related_products' }] },
    });
    await reported(3);
    expect(await logged()).toEqual([
      { type: 'cart', itemId: 'a' },
      { type: 'click', itemId: 'b' },
      { type: 'click', itemId: 'c', placement: 'similar' },
    ]);
    expect(drops()).toEqual([]);
  });

  it('lists what was taken out of the cart again', async () => {
    await engine.close();
    engine = await shop.open();
    const layer: unknown[] = [];
    connect(layer);
    const alike = () => engine.recommend({ placement: 'similar', itemId: 'b' });
    const listed = async () => (await alike()).items.some(({ item }) => item.id === 'a');
    layer.push(cart('a'));
    await reported(1);
    expect(await listed()).toBe(false);
    layer.push({ event: 'remove_from_cart', ecommerce: { items: [{ item_id: 'a', price: 9.99, quantity: 2 }] } });
    await reported(2);
    expect(await listed()).toBe(true);
  });

  it('tells what it dropped and why, and keeps what is good', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const layer: unknown[] = [];
    connect(layer, { debug: true });
    layer.push({ event: 'gtm.js' }, { event: 'refund', ecommerce: { items: [{ item_id: 'a' }] } });
    layer.push({ event: 'addToCart', ecommerce: { add: { products: [{ id: 'a' }] } } });
    layer.push({ event: 'add_to_cart', ecommerce: { add: { products: [{ id: 'a' }] } } });
    layer.push({ event: 'view_item', ecommerce: { items: [{ item_name: 'A' }, 'a', { item_id: 'nowhere' }] } });
    layer.push({ event: 'view_item_list', ecommerce: { items: [{ item_id: 'nobody' }, { item_id: 'f' }] } });
    layer.push(cart('a', { price: '9,99', quantity: -1, index: 1.5, item_list_id: 'x'.repeat(65) }));
    await reported(12);
    expect(drops().sort()).toEqual(
      [
        ['addToCart', null, 'unmapped-event'],
        ['add_to_cart', null, 'no-items'],
        ['view_item', null, 'no-id'],
        ['view_item', null, 'no-id'],
        ['view_item', 'nowhere', 'unknown-item'],
        ['view_item_list', 'nobody', 'unknown-item'],
        ...Array.from({ length: 4 }, () => ['add_to_cart', 'a', 'invalid-field']),
      ].sort(),
    );
    expect((await logged()).sort((x, y) => x.itemId.localeCompare(y.itemId))).toEqual([
      { type: 'cart', itemId: 'a', currency: 'EUR' },
      { type: 'impression', itemId: 'f' },
    ]);
    expect(warn).toHaveBeenCalledTimes(10);
    expect(warn.mock.calls.join('\n')).toContain('price is left out: must be a number from 0 on');
  });

  it('is silent without debug mode, but for failures nobody else hears of', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const layer: unknown[] = [];
    connect(layer, { onReport: undefined });
    layer.push({ event: 'add_to_cart', ecommerce: {} });
    expect(warn).not.toHaveBeenCalled();
    vi.spyOn(tracker, 'track').mockRejectedValueOnce(new Error('disk full'));
    layer.push(cart('a'));
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
    expect(String(warn.mock.calls[0])).toContain('disk full');
  });

  it('never throws into the page, whatever the shop’s functions do', async () => {
    const layer: unknown[] = [];
    const fail = () => {
      throw new Error('not my day');
    };
    const other: unknown[] = [];
    connect(layer, { itemId: fail });
    connect(other, { placement: fail });
    layer.push(cart('a'));
    other.push(cart('a', { item_list_id: 'x' }));
    layer.push({
      event: 'add_to_cart',
      get ecommerce() {
        return fail();
      },
    });
    expect(drops().map(([, , reason]) => reason)).toEqual(['failed', 'failed', 'failed']);
  });

  it('never throws into the push of a page, whatever its objects throw when they are read', async () => {
    const layer: unknown[] = [];
    connect(layer);
    const thrown = [
      ...[null, undefined, Symbol('no'), Object.create(null), {}],
      { toString: () => fail(1), [Symbol.toPrimitive]: () => fail(2) },
      Object.defineProperty(new Error('x'), 'message', { get: () => fail(3) }),
      new Proxy(
        {},
        trapped(() => fail(4)),
      ),
    ];
    for (const what of thrown) {
      const fails = () => fail(what);
      const entries = [
        new Proxy({}, trapped(fails)),
        { event: 'add_to_cart', ecommerce: new Proxy({}, trapped(fails)) },
        { event: 'add_to_cart', ecommerce: { items: new Proxy([{}], trapped(fails)) } },
        Object.defineProperty({}, 'event', { get: fails }),
        Object.defineProperty({}, Symbol.toStringTag, { get: fails }),
      ];
      expect(entries.map((entry) => layer.push(entry))).toEqual(entries.map((entry) => layer.indexOf(entry) + 1));
      expect(drops().map(([, , reason]) => reason)).toEqual(entries.map(() => 'failed'));
      reports.length = 0;
    }
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(layer.push(proxy)).toBe(layer.length);
    expect(drops()).toHaveLength(1);
  });

  it('drops one item that cannot be read, and keeps the others of its event', async () => {
    const layer: unknown[] = [];
    connect(layer);
    const index = new Proxy(
      {},
      trapped(() => fail('no')),
    );
    const items = [
      new Proxy(
        {},
        trapped(() => fail('no')),
      ),
      { item_id: 'a', index },
      { item_id: 'b' },
    ];
    layer.push({ event: 'view_item', ecommerce: { items } });
    await reported(3);
    expect(drops().map(([, , reason]) => reason)).toEqual(['failed', 'failed']);
    expect(await logged()).toEqual([{ type: 'view', itemId: 'b' }]);
  });

  it('writes to the console what a page pushed without having it read as a format', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const layer: unknown[] = [];
    connect(layer, { debug: true });
    layer.push({ event: 'add_to_cart', ecommerce: {} }, { event: '%s%o', items: [{}], toString: () => fail('no') });
    expect(warn).toHaveBeenCalledTimes(2);
    for (const [format, text] of warn.mock.calls) {
      expect(format).toBe('%s');
      expect(text).toContain('Sidestream data-layer: ');
    }
  });

  it('lets the push go on when the console of the page cannot take a report', async () => {
    const broken = new Error('a console that somebody replaced');
    vi.spyOn(console, 'warn').mockImplementation(() => fail(broken));
    const later: (() => void)[] = [];
    vi.stubGlobal('queueMicrotask', (task: () => void) => later.push(task));
    const layer: unknown[] = [];
    connect(layer, { debug: true, onReport: fail });
    const length = layer.push({ event: 'add_to_cart', ecommerce: {} });
    vi.unstubAllGlobals();
    expect(length).toBe(1);
    expect(later).toHaveLength(1);
    expect(later[0]).toThrow(broken);
  });

  it('takes an object with a length for what it is, and looks at no more of it than it needs', async () => {
    const layer: unknown[] = [];
    connect(layer);
    const read: PropertyKey[] = [];
    const get = (from: object, key: PropertyKey): unknown => {
      read.push(key);
      return Reflect.get(from, key);
    };
    const pushed = { event: 'view_item', length: 30_000, ecommerce: { items: [{ item_id: 'a' }] } };
    layer.push(new Proxy(pushed, { get }));
    await reported(1);
    expect(await logged()).toEqual([{ type: 'view', itemId: 'a' }]);
    expect(read.length).toBeLessThan(20);
  });

  it('reads at most 200 items of an event and only what it needs of each, and tells of the rest', async () => {
    const layer: unknown[] = [];
    connect(layer);
    let read = 0;
    const items = new Proxy([], {
      get: (_, key) => {
        read += 1;
        return key === 'length' ? 3000 : { item_id: 'a' };
      },
    });
    layer.push({ event: 'view_item', ecommerce: { items } });
    const wide = Object.assign(new Array(50_000).fill(0), { item_id: 'b' });
    const keys = vi.fn(() => []);
    layer.push({ event: 'view_item', ecommerce: { items: [wide, new Proxy({ item_id: 'c' }, { ownKeys: keys })] } });
    await reported(4);
    expect(read).toBeLessThan(250);
    expect(keys).not.toHaveBeenCalled();
    expect(drops()).toEqual([
      ['view_item', null, 'too-many-items'],
      ['view_item', null, 'no-id'],
    ]);
    expect((await logged()).map(({ itemId }) => itemId)).toEqual(['a', 'c']);
  });

  it('takes two lines of an item for one event worth as much, and an order of them for one', async () => {
    const layer: unknown[] = [];
    connect(layer);
    const items = [
      { item_id: 'a', price: 10, quantity: 1, item_variant: 'S' },
      { item_id: 'a', price: 20, quantity: 3, item_variant: 'L' },
    ];
    layer.push({ event: 'purchase', ecommerce: { transaction_id: 'T', items } });
    await reported(1);
    layer.push({ event: 'purchase', ecommerce: { transaction_id: 'T', items } });
    await reported(2);
    expect(await logged()).toEqual([{ type: 'purchase', itemId: 'a', quantity: 4, price: 17.5, transactionId: 'T' }]);
  });

  it('counts what a shop tells twice, by gtag() and to Tag Manager, once, and two presses twice', async () => {
    const layer: unknown[] = [];
    connect(layer);
    layer.push(cart('a'));
    gtag(layer, 'event', 'add_to_cart', { items: [{ item_id: 'a' }] });
    layer.push(cart('a'));
    await reported(3);
    expect(drops()).toEqual([['add_to_cart', 'a', 'duplicate']]);
    expect(await logged()).toHaveLength(2);
  });

  it('may be connected before the recommender has started', async () => {
    const layer: unknown[] = [];
    let started: (tracker: Tracker) => void = () => undefined;
    const starting = new Promise<Tracker>((resolve) => {
      started = resolve;
    });
    disconnects.push(connectDataLayer(starting, { dataLayer: layer, onReport: (r) => reports.push(r) }));
    layer.push(cart('a'));
    started(tracker);
    await reported(1);
    expect(await logged()).toHaveLength(1);
  });

  it('does nothing where there is no page', async () => {
    const { connectAttributes, connectDataLayer: connectNamed } = await import('./index');
    connectNamed(tracker)();
    connectAttributes(tracker)();
    expect(globalThis).not.toHaveProperty('dataLayer');
  });
});
