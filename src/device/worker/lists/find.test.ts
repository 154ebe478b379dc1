import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleContent, makeItem } from '../../../../testing/bundles';
import { type ServedShop, serveContent } from '../../../../testing/served-shop';
import type { FindRequest } from '../../protocol';
import type { Engine } from '../engine';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const TITLES = {
  shirt: 'Red shirt',
  shirt2: 'Blue shirt',
  shirt3: 'Green shirt',
  mug: 'Red mug',
  bowl: 'Soup bowl',
  pot: 'Teapot',
  lamp: 'Lamp',
  rug: 'Rug',
  vase: 'Vase',
  clock: 'Clock',
  chair: 'Chair',
  table: 'Table',
  bench: 'Bench',
  stool: 'Stool',
  shelf: 'Shelf',
  mirror: 'Mirror',
};
let shop: ServedShop;
beforeAll(async () => {
  const items = Object.entries(TITLES).map(([id, title], n) =>
    makeItem(id, {
      title,
      popularity: 100 - n,
      category: id.startsWith('shirt') ? 'Clothes/Shirts' : 'Home',
      availability: id === 'shirt3' ? 'out-of-stock' : 'in-stock',
    }),
  );
  const texts = items.map(({ title }) => ({ title: title.replace('Teapot', 'Teekännchen') }));
  shop = await serveContent({
    ...(await bundleContent(items)),
    language: 'en',
    locales: [{ tag: 'de', texts }],
  });
});
afterAll(() => shop.close());

const idsOf = async (engine: Engine, request: FindRequest): Promise<string[]> =>
  (await engine.find(request)).items.map(({ item }) => item.id);

describe('finding by words', () => {
  it('gives an explained list with an id, in stock only, by popularity among equals', async () => {
    const engine = await shop.open();
    const { id, items, by } = await engine.find({ text: ' shirt ' });
    expect(id).toMatch(/^find-/);
    expect(by).toBe('words');
    expect(items.map(({ item, reason, position }) => [item.id, reason, position])).toEqual([
      ['shirt', 'Matches “shirt”', 0],
      ['shirt2', 'Matches “shirt”', 1],
    ]);
    expect(await idsOf(engine, { text: 'red', exclude: ['mug'] })).toEqual(['shirt']);
    expect(await idsOf(engine, { text: 'red', filter: '{"category":"Home"}' })).toEqual(['mug']);
    expect(await idsOf(engine, { text: 'red', limit: 1 })).toEqual(['shirt']);
    expect(await idsOf(engine, { text: 'zzz' })).toEqual([]);
    // Without the word "green", the shirt does not match all words.
    expect((await engine.find({ text: 'green shirt' })).items[0].reason).toBe(
      'Because you are looking for green shirt',
    );
    await engine.track('click', 'shirt', { recommendationId: id, placement: 'find', position: 0 });
    expect((await engine.metrics()).rows.find(({ placement }) => placement === 'find')).toMatchObject({ clicks: 1 });
    await engine.close();
  });

  it('searches the texts of the language of the page or of the request', async () => {
    const engine = await shop.open({ lang: 'de-AT' });
    const { items } = await engine.find({ text: 'teekanchen' });
    expect(items).toMatchObject([{ item: { id: 'pot', title: 'Teekännchen' } }]);
    expect(await idsOf(engine, { text: 'teapot' })).toEqual([]);
    expect(await idsOf(engine, { text: 'teapot', lang: 'en' })).toEqual(['pot']);
    expect((await engine.find({ text: 'shirt' })).items[0].reason).toBe('Passt zu „shirt“');
    await engine.close();
  });

  it('follows the rules of the shop that exclude items, and no pins', async () => {
    const rules = { filter: { category: 'Home' }, pin: [{ itemId: 'vase', position: 0 }] };
    const engine = await shop.open({ rules });
    expect(await idsOf(engine, { text: 'red' })).toEqual(['mug']);
    await engine.close();
  });

  it('finds an item that the device added, and prices that the page updated', async () => {
    const engine = await shop.open();
    expect(await idsOf(engine, { text: 'kettle' })).toEqual([]);
    const features = { values: new Int8Array(20).fill(50), scales: new Float32Array(5).fill(1) };
    const item = makeItem('mine', { title: 'Copper kettle' });
    await engine.insertItem({ item, encoders: shop.encoders, ...features }, []);
    expect(await idsOf(engine, { text: 'kettle' })).toEqual(['mine']);
    await engine.updateOffers([{ id: 'mug', price: 3 }]);
    expect((await engine.find({ text: 'mug' })).items).toMatchObject([{ item: { price: 3 } }]);
    await engine.close();
  });

  it.each([
    [{}, 'find(): text: '],
    [undefined, 'find(): '],
    [{ text: '  ' }, 'find(): text: must not be empty'],
    [{ text: 'x'.repeat(201) }, 'find(): text: must have at most 200'],
    [{ text: 'x', limit: 0 }, 'find(): limit: '],
    [{ text: 'x', filter: '{' }, 'find(): filter'],
    [{ text: 'x', query: 'y' }, 'find(): Unknown option "query"'],
  ])('refuses %j', async (request, message) => {
    const engine = await shop.open();
    await expect(Reflect.apply(engine.find, engine, [request])).rejects.toThrow(message);
    await engine.close();
  });
});

describe('finding by meaning', () => {
  it('gives the items nearest to the vector that the page encoded', async () => {
    const engine = await shop.open();
    const query = { modality: 'text', values: Float32Array.of(1, 0, 0, 0) } as const;
    const { items, by } = await engine.find({ text: 'something warm', filter: { category: 'Home' } }, undefined, query);
    expect(by).toBe('meaning');
    expect(items.length).toBeGreaterThan(0);
    for (const { item } of items) expect(item.category).toBe('Home');
    expect(items[0]).toMatchObject({ source: 'content', score: 1, contributions: { meaning: 1 } });
    expect(items[0].reason).toBe('Because you are looking for something warm');
    await engine.close();
  });
});

describe('what was found', () => {
  const hintOf = async (engine: Engine): Promise<number> => {
    const { items } = await engine.recommend({ limit: 20 });
    return items.find(({ item }) => item.id === 'shirt')?.contributions.hint ?? 0;
  };

  it('is a weak hint by its category for lists without hints, until the shopper refuses', async () => {
    const engine = await shop.open({ consent: 'pending' });
    expect(await hintOf(engine)).toBe(0);
    await engine.find({ text: 'shirt', hint: false });
    expect(await hintOf(engine)).toBe(0);
    await engine.find({ text: 'shirt' });
    const weak = await hintOf(engine);
    expect(weak).toBeGreaterThan(0);
    // A search that is not the shopper's own does not end the hint either.
    await engine.find({ text: 'red', hint: false });
    expect(await hintOf(engine)).toBeCloseTo(weak, 5);
    await engine.setHints({ category: 'Clothes/Shirts' });
    expect(await hintOf(engine)).toBeGreaterThan(weak);
    // The page's hints stay in force.
    await engine.find({ text: 'red' });
    expect(await hintOf(engine)).toBeGreaterThan(weak);
    await engine.setHints({});
    expect(await hintOf(engine)).toBe(0);
    await engine.find({ text: 'shirt' });
    expect(await hintOf(engine)).toBeCloseTo(weak, 5);
    await engine.forget();
    expect(await hintOf(engine)).toBe(0);
    await engine.find({ text: 'shirt' });
    await engine.consent('denied');
    expect(await hintOf(engine)).toBe(0);
    await engine.consent('pending');
    expect(await hintOf(engine)).toBe(0);
    await engine.close();
  });

  it('is no hint where the device does not learn', async () => {
    const engine = await shop.open({ learning: false });
    await engine.find({ text: 'shirt' });
    expect(await hintOf(engine)).toBe(0);
    await engine.close();
  });
});

describe('finding by a picture', () => {
  it('gives the items whose pictures are nearest, without words, and notes what ran', async () => {
    const engine = await shop.open();
    const { taps, dim } = { taps: 3, dim: 4 };
    const query = { modality: 'image', values: new Float32Array(taps * dim).fill(1) } as const;
    const run = { modality: 'image', encoder: 'mobilenet-v2', backend: 'wasm', reason: null, milliseconds: 7 } as const;
    const { items, by } = await engine.find({ limit: 2 }, undefined, query, [run]);
    expect(by).toBe('photo');
    for (const { source } of items) expect(source).toBe('content');
    expect((await engine.status()).backend).toMatchObject({ encoders: 'wasm', runs: [run] });
    await engine.close();
  });
});
