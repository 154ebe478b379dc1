import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { log, type ServedShop, serveShop } from '../../../testing/served-shop';
import type { RecommendRequest } from '../protocol';
import type { Engine } from './engine';

// Node has no IndexedDB: this one follows the specification, in memory.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

/** Products a, b … in three sizes, the most popular first, the size M the cheapest. */
const SIZES = ['S', 'M', 'L'];
let shop: ServedShop;
beforeAll(async () => {
  shop = await serveShop(
    [...'abcdef'].flatMap((group, n) =>
      SIZES.map((size, at) =>
        makeItem(`${group}-${size}`, {
          group,
          title: `Product ${group}`,
          popularity: 100 - n,
          attributes: { size },
          price: at === 1 ? 8 : 10,
        }),
      ),
    ),
  );
});
afterAll(() => shop.close());

const listed = async (engine: Engine, request: RecommendRequest = {}) =>
  (await engine.recommend({ placement: 'trending', ...request })).items.map(({ item }) => item.id).join(' ');

it('lists products once, and applies knowledge about a variant to its product', async () => {
  const engine = await shop.open({ learning: false });
  expect(await listed(engine)).toBe('a-M b-M c-M d-M e-M f-M');
  expect(await listed(engine, { exclude: ['b-S'] })).toBe('a-M c-M d-M e-M f-M');
  expect(await listed(engine, { filter: { 'attributes.size': 'L' }, limit: 2 })).toBe('a-L b-L');
  expect(await listed(engine, { placement: 'similar', itemId: 'c-L' })).not.toContain('c-');
  await engine.track('purchase', 'a-L', {});
  await engine.track('cart', 'b-S', {});
  await engine.track('dismiss', 'd-S', {});
  expect(await listed(engine)).toBe('c-M e-M f-M');
  await engine.track('undismiss', 'd-M', {});
  await engine.track('uncart', 'b-M', {});
  // Another size is still in the cart.
  expect(await listed(engine)).toBe('c-M d-M e-M f-M');
  expect((await log()).map(({ itemId }) => itemId)).toEqual(['a-L', 'b-S', 'd-S', 'd-M', 'b-M']);
  await engine.close();
  expect(shop.codes).toEqual([]);
});

it('lists all variants if the shop, or a request, says so', async () => {
  const engine = await shop.open({ learning: false, rules: { variants: 'all' } });
  expect(await listed(engine, { limit: 4 })).toBe('a-S a-M a-L b-S');
  expect(await listed(engine, { limit: 3, variants: 'one' })).toBe('a-M b-M c-M');
  await expect(Reflect.apply(engine.recommend, engine, [{ variants: 'some' }])).rejects.toMatchObject({
    code: 'runtime/invalid-input',
    message: expect.stringContaining('variants'),
  });
  await engine.close();
});

it('counts choices of several variants of one product as one, on the next page too', async () => {
  const engine = await shop.open();
  for (const id of ['a-S', 'a-M', 'b-L', 'a-L']) await engine.track('click', id, {});
  await engine.settled();
  expect(await engine.status()).toMatchObject({ events: 3, experts: [{ choices: 2 }] });
  const recent = await listed(engine, { placement: 'recent' });
  expect(recent).toBe('a-S b-L');
  const { items } = await engine.recommend({ placement: 'for-you', excludeRecent: 0 });
  expect(new Set(items.map(({ item }) => item.group)).size).toBe(6);
  await engine.close();
  const next = await shop.open();
  expect(await listed(next, { placement: 'recent' })).toBe(recent);
  await next.close();
});

it("switches to another variant when impressions rotate a product, and tracks a visit's impressions by product", async () => {
  const engine = await shop.open({ rules: { fresh: true } });
  for (const id of ['a-S', 'b-L', 'c-M']) await engine.track('impression', id, {});
  await engine.close();
  const next = await shop.open({ rules: { fresh: true } });
  expect(await listed(next, { limit: 2 })).toBe('a-M d-M');
  const { items } = await next.recommend({ placement: 'trending', rotation: 1, fresh: false });
  const rotated = items.filter(({ contributions }) => (contributions.rotation ?? 0) < 0).map(({ item }) => item.group);
  expect(rotated.sort()).toEqual(['a', 'b', 'c']);
  await next.close();
});
