import 'fake-indexeddb/auto';
import { describe, expect, it, vi } from 'vitest';
import { ConnectedShop, cart } from '../../../testing/connected-shop';
import { CORE } from '../../device/protocol';
import type { Tracker } from './event-sink';

const shop = new ConnectedShop();
const { connect, drops, logged, reported, reports } = shop;

/** Pushes as the snippet of `gtag()` does. */
function gtag(layer: unknown[], ..._: unknown[]): void {
  // biome-ignore lint/complexity/noArguments: gtag's own snippet pushes its arguments object.
  const [, ...rest] = arguments;
  (function push(..._rest: unknown[]) {
    // biome-ignore lint/complexity/noArguments: as above.
    layer.push(arguments);
  })(...rest);
}

describe('a connected data layer', () => {
  it('tracks the e-commerce events of GA4 with their details', async () => {
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

  it('leaves out ids that JavaScript has rounded, because two of them could become one', async () => {
    const layer: unknown[] = [];
    connect(layer);
    for (const item_id of [2 ** 53, 2 ** 53 - 1])
      layer.push({ event: 'add_to_cart', ecommerce: { items: [{ item_id }] } });
    await reported(2);
    // The shop has neither; the second is at least known by its name.
    expect(reports.map((report) => ('message' in report ? report.message : ''))).toEqual([
      expect.stringContaining('write the id in quotes'),
      expect.stringContaining(`${2 ** 53 - 1}`),
    ]);
  });

  it('tracks each push once if a script runs again on each page, with another handle of the recommender', async () => {
    const [layer, core]: [unknown[], object] = [[], {}];
    const handle = async (): Promise<Tracker> => {
      const made = { ...shop.tracker };
      Object.defineProperty(made, CORE, { value: core, configurable: true });
      return made;
    };
    const first = connect(layer, {}, handle());
    layer.push(cart('a'));
    const second = connect(layer, {}, handle());
    layer.push(cart('b'));
    await vi.waitFor(async () => expect(await logged()).toHaveLength(2));
    second();
    first();
    connect(layer, {}, handle());
    layer.push(cart('c'));
    await vi.waitFor(async () => expect(await logged()).toHaveLength(3));
    expect((await logged()).map(({ itemId }) => itemId)).toEqual(['a', 'b', 'c']);
  });

  it('reads gtag() too, and entries from before the connection, once', async () => {
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

  it('passes every push on to Tag Manager unchanged, loaded before or after', async () => {
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
    // Tag Manager's wrapper still calls ours, which then only pushes.
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

  it('maps ids, lists and events by the options of the shop', async () => {
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

  it('makes an item that was removed from the cart appear in lists again', async () => {
    await shop.learn();
    const layer: unknown[] = [];
    connect(layer);
    const alike = () => shop.engine.recommend({ placement: 'similar', itemId: 'b' });
    const listed = async () => (await alike()).items.some(({ item }) => item.id === 'a');
    layer.push(cart('a'));
    await reported(1);
    expect(await listed()).toBe(false);
    layer.push({ event: 'remove_from_cart', ecommerce: { items: [{ item_id: 'a', price: 9.99, quantity: 2 }] } });
    await reported(2);
    expect(await listed()).toBe(true);
  });

  it('reports what it dropped and why, and keeps the valid rest', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const info = vi.spyOn(console, 'info').mockImplementation(() => undefined);
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
    expect(warn.mock.calls.join('\n')).toContain('price is left out: must be a number, 0 or more');
    expect(info.mock.calls.map(([, line]) => line)).toContain(
      'Sidestream data-layer: add_to_cart of "a": tracked as cart',
    );
  });

  it('is silent without debug mode, except for failures without onReport', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const layer: unknown[] = [];
    connect(layer, { onReport: undefined });
    layer.push({ event: 'add_to_cart', ecommerce: {} });
    expect(warn).not.toHaveBeenCalled();
    vi.spyOn(shop.tracker, 'track').mockRejectedValueOnce(new Error('disk full'));
    layer.push(cart('a'));
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
    expect(String(warn.mock.calls[0])).toContain('disk full');
  });

  it('combines two lines of an item into one event of the same total, and counts an order once', async () => {
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

  it('counts an event once that gtag() and Tag Manager report, and two presses twice', async () => {
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
    connect(layer, {}, starting);
    layer.push(cart('a'));
    started(shop.tracker);
    await reported(1);
    expect(await logged()).toHaveLength(1);
  });

  it('does nothing without a page', async () => {
    const { connectAttributes, connectDataLayer: connectNamed } = await import('./index');
    connectNamed(shop.tracker)();
    connectAttributes(shop.tracker)();
    expect(globalThis).not.toHaveProperty('dataLayer');
  });
});
