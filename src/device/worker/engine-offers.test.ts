import 'fake-indexeddb/auto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import { openedEngine } from '../../../testing/opened-engine';
import { serveShop } from '../../../testing/served-shop';
import { topicContent } from '../../../testing/topics';
import { bundleItems, openBundle, openHead, putInto, putMutable, putOffers, writeBundle } from '../../core/catalog';
import { decodeOffers, encodeOffers, type MarketOffers, offersFile } from '../../core/catalog/offers';
import type { EngineOptions } from '../protocol';
import { type Offer, optionsSchema, parsed, type RecommendRequest } from '../protocol';
import { encodersOf } from './catalog/catalog';
import type { Engine } from './engine';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const small = memoryBundle();
const large = memoryBundle();
let server: Server;
let asked: string[] = [];
/** Files that the server withholds until the promise is resolved. */
let held: Promise<void> | null = null;
const prices: Record<string, number> = { a: 10, b: 20, c: 30, d: 40, e: 50, f: 60 };

beforeAll(async () => {
  const items = Object.entries(prices).map(([id, price], n) => makeItem(id, { price, popularity: 100 - n }));
  const manifest = await writeBundle({ ...(await bundleContent(items)), currency: 'USD' }, small.sink);
  await putMutable(manifest, { offers: ['default', 'at'] }, small.sink);
  const content = await topicContent({ items: 2000, topics: 40, dim: 12 });
  const inShards = await writeBundle(content, large.sink, { whole: false, shardItems: 16 });
  await putMutable(inShards, { offers: ['default'] }, large.sink);
  server = createServer(async ({ url = '' }, response) => {
    const name = url.split('/').at(-1) ?? '';
    asked.push(name);
    if (held && name.startsWith('offers')) await held;
    const bytes = (url.startsWith('/large/') ? large : small).files.get(name);
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  asked = [];
  held = null;
  for (const { files } of [small, large]) {
    for (const name of files.keys()) if (name.startsWith('offers')) files.delete(name);
  }
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const publish = (content: MarketOffers | string, market = 'default', { files } = small): void => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : encodeOffers(content, market);
  files.set(offersFile(market), bytes);
};

function open(given: Partial<EngineOptions> = {}, folder = 'small') {
  const { port } = server.address() as AddressInfo;
  return openedEngine(`http://127.0.0.1:${port}/${folder}`, given);
}

/** The shop's list: `a10 b20 …`. */
const listed = async (engine: Engine, request: RecommendRequest = {}): Promise<string> => {
  const { items } = await engine.recommend({ placement: 'trending', ...request });
  return items.map(({ item }) => `${item.id}${item.price ?? ''}`).join(' ');
};
const ALL = 'a10 b20 c30 d40 e50 f60';

describe('the offers of a bundle', () => {
  it("name no currency: prices have the bundle's, but not in another market", async () => {
    publish({ offers: [{ id: 'a', price: 8 }] });
    publish({ offers: [{ id: 'a', price: 8 }] }, 'at');
    for (const [market, currency] of [
      [undefined, 'USD'],
      ['at', undefined],
    ]) {
      const { engine } = await open({ market });
      expect((await engine.recommend({})).currency).toBe(currency);
      await engine.close();
    }
  });

  it('are in the first list, before the rules, with their currency', async () => {
    publish({
      currency: 'EUR',
      offers: [
        { id: 'a', availability: 'out-of-stock' },
        { id: 'b', price: 5 },
      ],
    });
    const { engine, errors } = await open();
    expect(await listed(engine)).toBe('b5 c30 d40 e50 f60');
    expect(await listed(engine, { filter: { price: { $lt: 10 } } })).toBe('b5');
    expect((await engine.recommend({})).currency).toBe('EUR');
    expect(await engine.getItem('a')).toMatchObject({ availability: 'out-of-stock', price: 10 });
    expect((await engine.browse({ offset: 1, limit: 1 })).items).toMatchObject([{ id: 'b', price: 5 }]);
    await expect(engine.browse({ offset: -1 })).rejects.toThrow('catalog.browse(): offset');
    await expect(engine.browse({ limit: Number.POSITIVE_INFINITY })).rejects.toThrow('catalog.browse(): limit');
    const { item } = await engine.explain('b', {});
    expect(item.price).toBe(5);
    expect(asked.filter((name) => name.startsWith('offers'))).toEqual(['offers.json']);
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('are read again by the next page, without a build', async () => {
    publish({ offers: [{ id: 'a', price: 7 }] });
    const first = await open();
    expect(await listed(first.engine, { limit: 1 })).toBe('a7');
    await first.engine.close();
    publish({ offers: [] });
    const second = await open();
    expect(await listed(second.engine, { limit: 1 })).toBe('a10');
    await second.engine.close();
  });

  it.each([
    ['missing', null],
    ['damaged', '{"schema":1,"offers":[{"id":'],
    [
      'wrong',
      JSON.stringify({
        schema: 1,
        offers: [
          { id: 'a', price: 1 },
          { id: 'b', price: 'free' },
        ],
      }),
    ],
    ['a web page', '<!doctype html>'],
  ])('leave the prices of the bundle if the file is %s, with one error', async (_, content) => {
    if (content !== null) publish(content);
    const { engine, errors } = await open();
    await engine.settled();
    expect(await listed(engine)).toBe(ALL);
    expect(errors.map(({ code }) => code)).toEqual(['bundle/offers']);
    expect(await engine.updateOffers([{ id: 'a', price: 3 }])).toMatchObject({ changed: 1 });
    expect(await listed(engine, { limit: 1 })).toBe('a3');
    await engine.close();
  });

  it('of another market do not affect a page without a market, nor the ranking', async () => {
    const items = Object.entries(prices).map(([id, price]) => makeItem(id, { price }));
    const texts = items.map(({ id }) => ({ title: `Titel von ${id}` }));
    const shop = memoryBundle();
    const locales = [{ tag: 'de', market: 'at', texts }];
    await writeBundle({ ...(await bundleContent(items)), language: 'en', locales }, shop.sink, {
      offers: new Map([['at', { offers: [] }]]),
    });
    const before = new Map(small.files);
    for (const [name, bytes] of shop.files) small.files.set(name, bytes);
    publish({ currency: 'JPY', offers: [...'abcdef'].map((id) => ({ id, price: 9000 })) }, 'at');
    const plain = await open({ lang: 'en' });
    const german = await open({ lang: 'de-AT' });
    const named = await open({ lang: 'en', market: 'at' });
    for (const [name, bytes] of before) small.files.set(name, bytes);
    const pricesOf = async ({ engine }: typeof plain) =>
      new Set((await engine.recommend({ limit: 5 })).items.map(({ item }) => item.price));
    expect(await pricesOf(plain)).not.toContain(9000);
    expect([await pricesOf(german), await pricesOf(named)]).toEqual([new Set([9000]), new Set([9000])]);
    expect([plain, german, named].flatMap(({ errors }) => errors)).toEqual([]);
    expect(asked.filter((name) => name.startsWith('offers'))).toEqual(['offers-at.json', 'offers-at.json']);
    const learned = async ({ engine }: typeof plain) => {
      for (const id of ['a', 'b']) await engine.track('click', id, {});
      await engine.settled();
      return (await engine.recommend({ excludeRecent: 0 })).items.map(({ item, score }) => [item.id, score]);
    };
    expect(await learned(german)).toEqual(await learned(plain));
    await Promise.all([plain, german, named].map(({ engine }) => engine.close()));
  });

  it("are only the market's own", async () => {
    publish({ offers: [{ id: 'a', price: 7 }] });
    publish({ currency: 'CHF', offers: [{ id: 'a', price: 8 }] }, 'at');
    const at = await open({ market: 'at' });
    expect(await listed(at.engine, { limit: 1 })).toBe('a8');
    expect(asked.filter((name) => name.startsWith('offers'))).toEqual(['offers-at.json']);
    await at.engine.close();
    const unknown = await open({ market: 'ch' });
    // The default market's are the shop's own, and newer than the bundle's.
    expect(await listed(unknown.engine, { limit: 1 })).toBe('a7');
    expect(unknown.errors).toMatchObject([{ code: 'bundle/offers', message: expect.stringContaining('at, default') }]);
    await unknown.engine.close();
    expect(() => parsed(optionsSchema, { bundle: '/', market: 3 }, 'createRecommender()')).toThrow('market');
  });

  it('do not delay the first list for long; it changes when they arrive', async () => {
    let release: () => void = () => undefined;
    held = new Promise((resolve) => {
      release = resolve;
    });
    publish({ currency: 'EUR', offers: [{ id: 'a', availability: 'out-of-stock' }] });
    const { engine, changes } = await open();
    expect(await listed(engine)).toBe(ALL);
    const before = changes.length;
    release();
    await vi.waitFor(() => expect(changes.length).toBeGreaterThan(before));
    expect(await listed(engine)).toBe('b20 c30 d40 e50 f60');
    await engine.close();
  });

  it('are not requested if the manifest names none', async () => {
    const files = new Map(small.files);
    const { manifest } = await openBundle(small.fetchFile);
    await putMutable(manifest, {}, small.sink);
    const { engine, errors } = await open();
    expect(await listed(engine)).toBe(ALL);
    expect(asked.filter((name) => name.startsWith('offers'))).toEqual([]);
    expect(errors).toEqual([]);
    await engine.close();
    for (const [name, bytes] of files) small.files.set(name, bytes);
  });
});

describe('updateOffers()', () => {
  it('changes price and stock immediately, and notifies the page, but is not an event', async () => {
    publish({ offers: [{ id: 'b', price: 19 }] });
    const { engine, changes } = await open();
    await engine.track('click', 'f', {});
    await engine.settled();
    const told = changes.length;
    const update = await engine.updateOffers([
      { id: 'a', availability: 'out-of-stock' },
      { id: 'b', price: 18, listPrice: 25 },
      { id: 'nothing', price: 1 },
      { id: 'c', quantity: 2 },
      { id: 'c', quantity: null },
    ]);
    expect(update).toEqual({
      changed: 2,
      unknown: ['nothing'],
      kept: [
        { id: 'a', availability: 'out-of-stock' },
        { id: 'b', price: 18, listPrice: 25 },
        { id: 'c', quantity: null },
      ],
    });
    expect(await listed(engine)).toBe('b18 c30 d40 e50 f60');
    await engine.settled();
    expect(changes.slice(told)).toEqual([1]);
    expect(await engine.status()).toMatchObject({ events: 1 });
    // Later offers apply, field by field.
    await engine.updateOffers([{ id: 'b', price: 17 }]);
    expect(await engine.getItem('b')).toMatchObject({ price: 17, listPrice: 25 });
    await engine.updateOffers([
      { id: 'b', listPrice: null },
      { id: 'a', availability: 'in-stock' },
    ]);
    expect(await listed(engine, { limit: 2 })).toBe('a10 b17');
    expect(await engine.getItem('b')).toEqual(makeItem('b', { price: 17, popularity: 99 }));
    await engine.close();
  });

  it('does not notify the page without a change', async () => {
    const { engine, changes } = await open();
    await engine.settled();
    const told = changes.length;
    expect(await engine.updateOffers([{ id: 'a', price: 10 }, { id: 'zzz' }])).toMatchObject({ changed: 0 });
    expect(await engine.updateOffers([])).toEqual({ changed: 0, unknown: [], kept: [] });
    await engine.settled();
    expect(changes).toHaveLength(told);
    await engine.close();
  });

  it.each([
    ['a text', 'a', 'list of offers'],
    ['nothing', undefined, 'list of offers'],
    ['an unknown field', [{ id: 'a', prise: 3 }], 'Did you mean "price"?'],
    ['a text for a price', [{ id: 'a' }, { id: 'b', price: '3' }], '1.price'],
    ['a price that is not a number', [{ id: 'a', price: Number.NaN }], '0.price'],
    ['half a piece', [{ id: 'a', quantity: 1.5 }], '0.quantity'],
    ['no id', [{ price: 3 }], '0.id'],
    ['too many', Array.from({ length: 10_001 }, (_, n) => ({ id: `${n}` })), '10000'],
  ])('refuses %s, and changes nothing', async (_, given, message) => {
    const { engine } = await open();
    const good = Array.isArray(given) ? [{ id: 'a', price: 1 }, ...given.slice(1), given[0]] : given;
    const refused = { code: 'runtime/invalid-input', message: expect.stringContaining('catalog.updateOffers()') };
    await expect(Reflect.apply(engine.updateOffers, engine, [given])).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining(message),
    });
    await expect(Reflect.apply(engine.updateOffers, engine, [good])).rejects.toMatchObject(refused);
    expect(await listed(engine)).toBe(ALL);
    await engine.close();
  });

  it('holds for items that are added here or taken from another page, and over a reset', async () => {
    publish({ offers: [{ id: 'a', price: 7 }] });
    const { engine } = await open();
    await engine.updateOffers([{ id: 'b', price: 3 }]);
    await engine.consent('granted');
    await engine.reset();
    const local = { item: makeItem('mine', { price: 4 }), values: new Int8Array(20), scales: new Float32Array(5) };
    const { manifest } = await openBundle(small.fetchFile);
    const encoders = encodersOf(manifest);
    await engine.insertItem({ ...local, encoders }, []);
    expect(await listed(engine, { limit: 2 })).toBe('a7 b3');
    expect(await engine.updateOffers([{ id: 'mine', price: 2 }])).toMatchObject({ changed: 1, unknown: [] });
    expect(await engine.getItem('mine')).toMatchObject({ price: 2 });
    await engine.forget();
    expect(await listed(engine, { limit: 2 })).toBe('a7 b3');
    await engine.close();
  });

  it('continues in the worker that replaces this one', async () => {
    publish({ offers: [{ id: 'a', price: 7, quantity: 4 }] });
    const offers = new Map<string, Offer>([['a', { id: 'a', price: 6 }]]);
    const { engine, errors } = await open({ offers });
    expect(await engine.getItem('a')).toMatchObject({ price: 6, quantity: 4 });
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('keeps the offers of at most 100,000 products', async () => {
    const { engine } = await open({}, 'large');
    const some = (from: number) => Array.from({ length: 10_000 }, (_, n) => ({ id: `${from + n}`, price: 1 }));
    for (let n = 0; n < 10; n++) await engine.updateOffers(some(n * 10_000));
    await engine.updateOffers(some(0));
    await expect(engine.updateOffers([{ id: 'one more' }])).rejects.toMatchObject({ code: 'runtime/invalid-input' });
    await engine.close();
  });
});

describe('offers of variants', () => {
  it('let another variant stand for the product when one is sold out', async () => {
    const shop = await serveShop([
      makeItem('red', { price: 10, group: 'shirt', popularity: 9 }),
      makeItem('blue', { price: 12, group: 'shirt', popularity: 9 }),
      makeItem('mug', { price: 5, popularity: 1 }),
    ]);
    const engine = await shop.open({ consent: 'pending' });
    expect(await listed(engine)).toBe('red10 mug5');
    await engine.updateOffers([{ id: 'red', availability: 'out-of-stock' }]);
    expect(await listed(engine)).toBe('blue12 mug5');
    await engine.updateOffers([
      { id: 'red', availability: 'in-stock', price: 14 },
      { id: 'mug', price: 6 },
    ]);
    expect(await listed(engine)).toBe('blue12 mug6');
    await engine.close();
    await shop.close();
  });
});

describe('offers in a catalogue of which a page loads only a part', () => {
  it('hold for items that are found or loaded later', async () => {
    const { items } = await openBundle(large.fetchFile);
    const head = new Set((await openHead(large.fetchFile)).head.items.map(({ id }) => id));
    const outside = items.filter(({ id }) => !head.has(id));
    const [seen] = outside;
    const near = outside.filter(({ category }) => category === seen.category);
    const changed: Offer[] = near.map(({ id }, n) => ({ id, price: 1000 + n }));
    publish({ offers: changed.slice(1) }, 'default', large);
    const { engine, errors } = await open({}, 'large');
    const sold: Offer = { id: near[1].id, availability: 'out-of-stock' };
    expect(await engine.updateOffers([changed[0], sold, { id: 'unheard of' }])).toMatchObject({
      changed: 0,
      unknown: [],
    });
    expect(await engine.getItem(seen.id)).toMatchObject({ price: 1000 });
    const similar = await engine.recommend({ placement: 'similar', itemId: seen.id, limit: 30 });
    const found = similar.items.filter(({ item }) => near.includes(items.find(({ id }) => id === item.id) ?? seen));
    expect(found.length).toBeGreaterThan(5);
    for (const { item } of found) expect(item.price).toBeGreaterThanOrEqual(1000);
    expect(similar.items.map(({ item }) => item.id)).not.toContain(sold.id);
    expect(await engine.updateOffers([{ id: seen.id, price: 2 }])).toMatchObject({ changed: 1 });
    expect(await engine.getItem(seen.id)).toMatchObject({ price: 2 });
    expect(errors).toEqual([]);
    await engine.close();
  });
});

describe('offers in files of the shards', () => {
  const PART = /^offers-[0-9a-f]{16}\.bin$/;
  const parts = (): string[] => asked.filter((name) => PART.test(name));
  const shards = (): string[] => asked.filter((name) => name.startsWith('shard-'));

  /** Offers every product at a price of its own, from this one on; removes the files of earlier offers. */
  async function publishParts(from: number, market = 'default'): Promise<void> {
    for (const name of large.files.keys()) if (PART.test(name)) large.files.delete(name);
    const { manifest, items } = await openBundle(large.fetchFile);
    const { head } = await openHead(large.fetchFile);
    const members = [head.items.map(({ id }) => id)];
    for await (const some of bundleItems(manifest, large.fetchFile)) members.push(some.map(({ id }) => id));
    const offers = items.map(({ id }, n) => ({ id, price: from + n }));
    const put = putInto(large.sink);
    await large.sink(
      offersFile(market),
      await putOffers(market, { currency: 'CHF', offers }, manifest.shards, members, put),
    );
  }

  const pricesOf = async (engine: Engine, request: RecommendRequest = {}): Promise<number[]> => {
    const { items } = await engine.recommend({ limit: 12, ...request });
    expect(items.length).toBeGreaterThan(5);
    return items.map(({ item }) => item.price ?? -1);
  };
  const outsideHead = async (): Promise<string[]> => {
    const head = new Set((await openHead(large.fetchFile)).head.items.map(({ id }) => id));
    return (await openBundle(large.fetchFile)).items.flatMap(({ id }) => (head.has(id) ? [] : id));
  };

  it('are loaded only for loaded shards, and hold in the first list and after a click', async () => {
    await publishParts(5000);
    const { engine, errors } = await open({}, 'large');
    expect(Math.min(...(await pricesOf(engine)))).toBeGreaterThanOrEqual(5000);
    expect(asked.filter((name) => name.startsWith('offers'))).toEqual(['offers.json']);
    const [inView] = await outsideHead();
    const seen = await pricesOf(engine, { placement: 'similar', itemId: inView });
    expect(new Set(parts()).size).toBe(shards().length);
    expect(parts().length).toBeGreaterThan(1);
    expect(parts().length).toBeLessThan((await openBundle(large.fetchFile)).shards.count / 4);
    const [first] = (await engine.recommend({ limit: 1 })).items;
    await engine.track('click', first.item.id, {});
    await vi.waitFor(async () => {
      // No list shows an old price, before or after shards are loaded.
      seen.push(...(await pricesOf(engine)));
      expect(shards().length).toBeGreaterThan(20);
    });
    await engine.settled();
    seen.push(
      ...(await pricesOf(engine)),
      ...(await pricesOf(engine, { placement: 'similar', itemId: first.item.id })),
    );
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(5000);
    expect(new Set(parts()).size).toBe(new Set(shards()).size);
    expect(parts()).toHaveLength(new Set(parts()).size);
    const [id] = (await outsideHead()).toReversed();
    expect((await engine.getItem(id))?.price).toBeGreaterThanOrEqual(5000);
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('are the new ones if the files were replaced while the page was open', async () => {
    await publishParts(5000);
    const { engine, errors } = await open({}, 'large');
    await pricesOf(engine);
    await publishParts(7000);
    const [id] = await outsideHead();
    expect((await engine.getItem(id))?.price).toBeGreaterThanOrEqual(7000);
    const similar = await pricesOf(engine, { placement: 'similar', itemId: id });
    expect(Math.min(...similar)).toBeGreaterThanOrEqual(7000);
    expect(errors).toEqual([]);
    await engine.close();
  });

  it("leave the bundle's prices if their files are missing, with one error; the next shard tries again", async () => {
    await publishParts(5000);
    const files = new Map([...large.files].filter(([name]) => PART.test(name)));
    for (const name of files.keys()) large.files.delete(name);
    const { engine, errors } = await open({}, 'large');
    const [id, other] = await outsideHead();
    const own = (await openBundle(large.fetchFile)).items.find((item) => item.id === id)?.price;
    expect((await engine.recommend({ placement: 'similar', itemId: id, limit: 8 })).items.length).toBe(8);
    expect((await engine.getItem(id))?.price).toBe(own);
    expect(errors.map(({ code }) => code)).toEqual(['bundle/unreachable']);
    for (const [name, bytes] of files) large.files.set(name, bytes);
    await engine.getItem(other);
    await engine.recommend({ placement: 'similar', itemId: other, limit: 8 });
    expect((await engine.getItem(id))?.price).toBeGreaterThanOrEqual(5000);
    expect(errors).toHaveLength(1);
    await engine.close();
  });

  it("leave no price if another market's are missing: the bundle's is in another currency", async () => {
    const { manifest } = await openBundle(large.fetchFile);
    await putMutable(manifest, { offers: ['at', 'default'] }, large.sink);
    await publishParts(5000, 'at');
    for (const name of large.files.keys()) if (PART.test(name)) large.files.delete(name);
    const { engine, errors } = await open({ market: 'at' }, 'large');
    const [id] = await outsideHead();
    const { items, currency } = await engine.recommend({ placement: 'similar', itemId: id, limit: 8 });
    expect(currency).toBe('CHF');
    expect(items.filter(({ item }) => item.price !== undefined && item.price < 5000)).toEqual([]);
    expect((await engine.getItem(id))?.price).toBeUndefined();
    expect(errors).toHaveLength(1);
    await engine.close();
    await putMutable(manifest, { offers: ['default'] }, large.sink);
  });

  it('are for other shards while a bundle is only partly uploaded: its prices stay, with one error', async () => {
    await publishParts(5000);
    const { shards: index = [] } = decodeOffers(new Uint8Array(large.files.get('offers.json') ?? []).buffer);
    publish({ offers: [], shards: index.map((part) => ({ ...part, ids: 'ids-0.bin' })) }, 'default', large);
    const { engine, errors } = await open({}, 'large');
    expect(Math.max(...(await pricesOf(engine)))).toBeLessThan(5000);
    expect(errors.map(({ code }) => code)).toEqual(['bundle/offers']);
    await engine.close();
  });
});
