import 'fake-indexeddb/auto';
import { describe, expect, it, vi } from 'vitest';
import { ConnectedShop, cart } from '../../../testing/connected-shop';

const { connect, drops, logged, reported, reports } = new ConnectedShop();

function fail(thrown: unknown): never {
  throw thrown;
}

/** An object that throws on every operation. */
const unreadable = (thrown: unknown, target: object = {}): object =>
  new Proxy(target, new Proxy({}, { get: () => () => fail(thrown) }));

describe('a connected data layer whose page throws or pushes too much', () => {
  it('never throws into the page when the functions of its options throw', async () => {
    const layer: unknown[] = [];
    const fails = () => fail(new Error('no'));
    const other: unknown[] = [];
    connect(layer, { itemId: fails });
    connect(other, { placement: fails });
    layer.push(cart('a'));
    other.push(cart('a', { item_list_id: 'x' }));
    layer.push({
      event: 'add_to_cart',
      get ecommerce() {
        return fails();
      },
    });
    expect(drops().map(([, , reason]) => reason)).toEqual(['failed', 'failed', 'failed']);
  });

  it('never throws into a push whose objects throw anything when they are read', async () => {
    const layer: unknown[] = [];
    connect(layer);
    const thrown = [
      ...[null, undefined, Symbol('no'), Object.create(null), {}],
      { toString: () => fail(1), [Symbol.toPrimitive]: () => fail(2) },
      Object.defineProperty(new Error('x'), 'message', { get: () => fail(3) }),
      unreadable(4),
    ];
    for (const what of thrown) {
      const fails = () => fail(what);
      const entries = [
        unreadable(what),
        { event: 'add_to_cart', ecommerce: unreadable(what) },
        { event: 'add_to_cart', ecommerce: { items: unreadable(what, [{}]) } },
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

  it('drops an item that cannot be read and keeps the other items of its event', async () => {
    const layer: unknown[] = [];
    connect(layer);
    const items = [unreadable('no'), { item_id: 'a', index: unreadable('no') }, { item_id: 'b' }];
    layer.push({ event: 'view_item', ecommerce: { items } });
    await reported(3);
    expect(drops().map(([, , reason]) => reason)).toEqual(['failed', 'failed']);
    expect(await logged()).toEqual([{ type: 'view', itemId: 'b' }]);
  });

  it('does not let the console read the name of a pushed event as a format string', async () => {
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

  it('does not throw into the push when the console of the page throws', async () => {
    const broken = new Error('no console');
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

  it('reads an event object with a field `length` as an event, and only the fields it needs', async () => {
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

  it('reads only the fields of an item that it needs', async () => {
    const layer: unknown[] = [];
    connect(layer);
    const wide = Object.assign(new Array(50_000).fill(0), { item_id: 'b' });
    const keys = vi.fn(() => []);
    layer.push({ event: 'view_item', ecommerce: { items: [wide, new Proxy({ item_id: 'c' }, { ownKeys: keys })] } });
    await reported(2);
    expect(keys).not.toHaveBeenCalled();
    expect(drops()).toEqual([['view_item', null, 'no-id']]);
    expect((await logged()).map(({ itemId }) => itemId)).toEqual(['c']);
  });
});
