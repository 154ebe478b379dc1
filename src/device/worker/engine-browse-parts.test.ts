import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { type ServedShop, serveContent } from '../../../testing/served-shop';
import { topicContent } from '../../../testing/topics';
import type { Item } from '../../core/catalog';
import type { BrowseRequest } from '../protocol';
import type { Engine } from './engine';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const COUNT = 500;
let all: Item[];
let shop: ServedShop;
beforeAll(async () => {
  const content = await topicContent({ items: COUNT, topics: 30 });
  all = content.items;
  const texts = all.map(({ title }) => ({ title: title.replace('Item', 'Ware') }));
  shop = await serveContent({ ...content, locales: [{ tag: 'de', texts }] }, { whole: false, shardItems: 16 });
});
afterAll(() => shop.close());

/** All pages, one after another. */
async function pages(engine: Engine, request: BrowseRequest, limit: number): Promise<Item[]> {
  const items: Item[] = [];
  for (let total = 1; items.length < total; ) {
    const page = await engine.browse({ ...request, offset: items.length, limit });
    if (items.length > 0) expect(page.total).toBe(total);
    ({ total } = page);
    if (page.items.length === 0) break;
    items.push(...page.items);
  }
  return items;
}

const idsOf = (items: readonly Item[]): string[] => items.map(({ id }) => id).sort();

it('lists the whole catalogue page by page, and loads only the shards of a page', async () => {
  const engine = await shop.open();
  shop.asked.length = 0;
  const { total, items } = await engine.browse({ offset: 100, limit: 20 });
  expect([total, items.length]).toEqual([COUNT, 20]);
  expect(shop.asked.filter((name) => name.startsWith('shard-')).length).toBeLessThan(4);
  const listed = await pages(engine, {}, 48);
  expect(idsOf(listed)).toEqual(idsOf(all));
  expect(listed.slice(100, 120)).toEqual(items);
  expect(await engine.browse({ offset: COUNT, limit: 5 })).toEqual({ items: [], total: COUNT });
  expect(await engine.browse({ offset: 10, limit: 0 })).toEqual({ items: [], total: COUNT });
  await engine.close();
});

it.each(['Group 3', 'Group 5/Topic 5', 'Group 5/Topic 17', 'Nothing'])(
  'lists all products of %s, whatever is loaded',
  async (category) => {
    const engine = await shop.open();
    const own = all.filter((item) => item.category === category || item.category.startsWith(`${category}/`));
    const before = await pages(engine, { category }, 7);
    expect(idsOf(before)).toEqual(idsOf(own));
    const count = (await engine.categories()).find((entry) => entry.category === category)?.count ?? 0;
    expect(count).toBe(own.length);
    for (const { id } of all.slice(0, 5)) await engine.track('click', id);
    await engine.settled();
    expect(await pages(engine, { category }, 7)).toEqual(before);
    await engine.close();
  },
);

it('lists products in the language of the request, with their present prices', async () => {
  const engine = await shop.open();
  const [{ id, category }] = all.slice(-1);
  await engine.updateOffers([{ id, price: 3 }]);
  const listed = await engine.browse({ category, limit: 1000, lang: 'de' });
  expect(listed.items.find((item) => item.id === id)).toMatchObject({
    title: expect.stringContaining('Ware '),
    price: 3,
  });
  await engine.close();
});

it('lists what the device added last', async () => {
  const engine = await shop.open();
  const features = { values: new Int8Array(16 * 4).fill(50), scales: new Float32Array(4).fill(1) };
  const item = makeItem('mine', { title: 'Copper kettle', category: 'Group 3' });
  await engine.insertItem({ item, encoders: shop.encoders, ...features }, []);
  const listed = await pages(engine, { category: 'Group 3' }, 10);
  expect(listed.at(-1)?.id).toBe('mine');
  expect(listed.filter(({ id }) => id === 'mine')).toHaveLength(1);
  expect((await pages(engine, {}, 100)).at(-1)?.id).toBe('mine');
  await engine.close();
});

it('rejects while a shard cannot be loaded', async () => {
  const engine = await shop.open();
  shop.hold('shard-')(true);
  await expect(engine.browse({ limit: 10 })).rejects.toMatchObject({ code: 'bundle/unreachable' });
  shop.hold('shard-')();
  // A call that shares a request of the first one fails with it.
  await vi.waitFor(async () => expect((await engine.browse({ limit: 10 })).items).toHaveLength(10));
  await engine.close();
});
