import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ServedShop, serveContent } from '../../../testing/served-shop';
import { topicContent } from '../../../testing/topics';
import { tapOf } from '../../core/catalog';
import type { FindRequest } from '../protocol';
import type { Engine } from './engine';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

/** Number of items of each kind. */
const KIND = 60;
const KINDS = ['Lantern', 'Teapot', 'Kettle', 'Bowl', 'Vase', 'Clock', 'Chair', 'Bench', 'Shelf', 'Mirror'];
let shop: ServedShop;
beforeAll(async () => {
  const plain = await topicContent({ items: KIND * KINDS.length, topics: 30 });
  const items = plain.items.map((item, n) => {
    const kind = KINDS[n % KINDS.length];
    // Unpopular: not in the head.
    const rare = n === 543 ? { title: 'Copper samovar', attributes: { brand: 'Nordlicht' }, popularity: 0 } : {};
    return { ...item, title: `${kind} ${n}`, category: `Home/${kind}`, ...rare };
  });
  const texts = items.map(({ title }) => ({ title: title.replace('Copper samovar', 'Kupferkessel') }));
  const content = { ...plain, items, language: 'en', locales: [{ tag: 'de', texts }] };
  shop = await serveContent(content, { whole: false, shardItems: 16 });
});
afterAll(() => shop.close());

const idsOf = async (engine: Engine, request: FindRequest): Promise<string[]> =>
  (await engine.find(request)).items.map(({ item }) => item.id);

/** Number of shards that were fetched since the last call. */
const shardsAsked = (): number =>
  shop.asked.splice(0).filter((name, n, all) => name.startsWith('shard-') && all.indexOf(name) === n).length;

it('finds products by words wherever they are, and loads a few shards for them', async () => {
  const engine = await shop.open();
  const loaded = async (): Promise<string[]> =>
    (await engine.recommend({ limit: 100 })).items.map(({ item }) => item.id);
  expect(await loaded()).not.toContain('item-543');
  shardsAsked();
  expect(await idsOf(engine, { text: 'samovar' })).toEqual(['item-543']);
  expect(shardsAsked()).toBe(1);
  for (const text of ['copper sam', 'samowar', 'nordlicht', 'Samovar COPPER'])
    expect((await idsOf(engine, { text }))[0]).toBe('item-543');
  const { items } = await engine.find({ text: 'kettle', limit: 50 });
  for (const { item } of items) expect(item.title).toMatch(/^Kettle/);
  expect(items.length).toBeGreaterThan(8);
  expect(await idsOf(engine, { text: 'zzz' })).toEqual([]);
  expect(shop.codes).toEqual([]);
  await engine.close();
});

it('finds them by a picture, which comes with all its taps', async () => {
  const content = await topicContent({ items: 600, topics: 30, taps: 3 });
  content.encoders.image.contentTap = 1;
  const { features } = content;
  const shown = await serveContent(content, { whole: false, shardItems: 16 });
  const engine = await shown.open();
  const first = new Set((await engine.recommend({ limit: 100 })).items.map(({ item }) => item.id));
  const rows = content.items.flatMap(({ id }, row) => (first.has(id) ? [] : [row])).slice(0, 20);
  let found = 0;
  for (const row of rows) {
    const taps = [...Array(features.taps.image).keys()].flatMap((tap) => [...tapOf(features, 'image', tap, row)]);
    const query = { modality: 'image', values: Float32Array.from(taps) } as const;
    const { items } = await engine.find({ limit: 3 }, undefined, query, []);
    if (items.some(({ item }) => item.id === `item-${row}`)) found++;
  }
  expect(found).toBeGreaterThanOrEqual(18);
  expect(shown.codes).toEqual([]);
  await engine.close();
  await shown.close();
});

it('finds them by the words of each language', async () => {
  const engine = await shop.open({ lang: 'de' });
  expect((await engine.find({ text: 'kupferkessel' })).items).toMatchObject([
    { item: { id: 'item-543', title: 'Kupferkessel' } },
  ]);
  expect(await idsOf(engine, { text: 'samovar', lang: 'en' })).toEqual(['item-543']);
  await engine.close();
});

it('reports that shards could not be loaded, and loads them for the next search', async () => {
  const engine = await shop.open();
  shop.hold('shard-')(true);
  expect(await idsOf(engine, { text: 'samovar' })).toEqual([]);
  expect(shop.codes).toEqual(['bundle/unreachable']);
  shop.hold('shard-')();
  expect(await idsOf(engine, { text: 'samovar' })).toEqual(['item-543']);
  await engine.close();
});

it('reports that the index could not be loaded, and loads it for the next search', async () => {
  const engine = await shop.open();
  shop.hold('terms-')(true);
  const found = await engine.find({ text: 'samovar' });
  expect(found).toMatchObject({ items: [], by: 'words' });
  expect(shop.codes).toEqual(['bundle/unreachable']);
  shop.hold('terms-')();
  expect(await idsOf(engine, { text: 'samovar' })).toEqual(['item-543']);
  await engine.close();
});

it('fills a list of a category, of which few products were loaded', async () => {
  const engine = await shop.open();
  for (const category of ['Home/Bowl', 'Home/Clock']) {
    for (const placement of ['for-you', 'trending'] as const) {
      const { items } = await engine.recommend({ placement, limit: KIND, filter: { category } });
      expect(items).toHaveLength(KIND);
      for (const { item } of items) expect(item.category).toBe(category);
    }
  }
  const { items } = await engine.recommend({ limit: KIND, filter: { $and: [{ category: { $in: ['Home/Vase'] } }] } });
  expect(items).toHaveLength(KIND);
  expect(shop.codes).toEqual([]);
  await engine.close();
});

it('lifts products that fit hints of a category or of words, of which few were loaded', async () => {
  const engine = await shop.open();
  const lifted = (await engine.recommend({ limit: 100, hints: { search: 'copper samovar' } })).items;
  expect(lifted.find(({ item }) => item.id === 'item-543')?.contributions.hint).toBeGreaterThan(1);
  shardsAsked();
  await engine.recommend({ limit: KIND, hints: { category: 'Home/Mirror' } });
  expect(shardsAsked()).toBeGreaterThan(3);
  await engine.close();
});

it('gives products by their ids, loaded or not', async () => {
  const engine = await shop.open();
  const ids = Array.from({ length: 40 }, (_, n) => `item-${15 * n}`);
  const products = await engine.products([...ids, 'none']);
  expect(products.map(({ item }) => item.id)).toEqual(ids);
  const [product] = await engine.products(['item-543'], { lang: 'de' });
  expect(product.item.title).toBe('Kupferkessel');
  await engine.close();
});
