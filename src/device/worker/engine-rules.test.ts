import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { type ServedShop, serveShop } from '../../../testing/served-shop';
import type { EngineOptions } from '../protocol';
import { optionsSchema, parsed, type RecommendRequest } from '../protocol';
import type { Engine } from './engine';

// Node has no IndexedDB: this one follows the specification, in memory.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

/** Most popular first. */
const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
let shop: ServedShop;
beforeAll(async () => {
  shop = await serveShop(
    IDS.map((id, n) => makeItem(id, { popularity: 100 - n, price: n, category: n % 2 ? 'Tools' : 'Food/Fruit' })),
  );
});
afterAll(() => shop.close());

const start = (given: Partial<EngineOptions> = {}) => shop.open({ consent: 'pending', ...given });
const listed = async (engine: Engine, request: RecommendRequest) =>
  (await engine.recommend({ placement: 'trending', ...request })).items.map(({ item }) => item.id).join('');

describe('an engine with rules', () => {
  it("keeps the shop's rules unless a request replaces them, and refuses invalid ones by name", async () => {
    const engine = await start({ rules: { filter: { category: 'Food' }, categoryCap: 3 } });
    expect(await listed(engine, {})).toBe('ace');
    expect(await listed(engine, { filter: { price: { $gte: 5 } } })).toBe('fgh');
    await expect(
      Reflect.apply(engine.recommend, engine, [{ filter: { $or: [{ price: { $gt: true } }] } }]),
    ).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringContaining('filter.$or.0.price.$gt'),
    });
    await expect(Reflect.apply(engine.recommend, engine, [{ boost: [{ filter: { colour: 1 } }] }])).rejects.toThrow(
      'boost.0.filter.colour',
    );
    await engine.close();
    const wrong = { bundle: '/', rules: { catgoryCap: 3 } };
    expect(() => parsed(optionsSchema, wrong, 'createRecommender()')).toThrow(
      expect.objectContaining({ code: 'runtime/invalid-input', message: expect.stringContaining('catgoryCap') }),
    );
  });

  it('leaves out items in the cart or bought until they are removed from the cart', async () => {
    const engine = await start();
    await engine.track('cart', 'a', {});
    await engine.track('purchase', 'b', {});
    expect(await listed(engine, {})).toBe('cdefgh');
    await engine.track('uncart', 'a', {});
    expect(await listed(engine, { excludeOwned: false })).toBe('abcdefgh');
    await engine.close();
  });

  it('follows the same rules without learning, on the next page as well', async () => {
    const engine = await start({ learning: false });
    await engine.track('cart', 'a', {});
    await engine.track('purchase', 'b', {});
    await engine.track('dismiss', 'c', {});
    await engine.track('view', 'd', {});
    expect(await listed(engine, {})).toBe('defgh');
    await engine.consent('granted');
    await engine.track('dismiss', 'd', {});
    expect(await listed(engine, {})).toBe('efgh');
    await engine.close();
    const next = await start({ learning: false, consent: 'granted' });
    await next.track('undismiss', 'c', {});
    expect(await listed(next, {})).toBe('cefgh');
    expect((await next.recommend({ excludeOwned: false, placement: 'for-you' })).items[0].source).toBe('popularity');
    expect(await next.status()).toMatchObject({ events: 0, windows: 0, dismissed: 1 });
    await next.reset();
    expect(await next.status()).toMatchObject({ dismissed: 0 });
    expect(await listed(next, {})).toBe('abcdefgh');
    await next.close();
    // Noted events are learned once learning is on, and none of them twice.
    const learns = await start({ consent: 'granted' });
    await learns.track('click', 'e', {});
    expect(await learns.status()).toMatchObject({ events: 1 });
    await learns.close();
  });

  it("keeps the rules' state of a learned profile when learning ends", async () => {
    const learned = await start({ consent: 'granted' });
    for (const id of ['a', 'b', 'a']) await learned.track('click', id, {});
    await learned.track('dismiss', 'c', {});
    await learned.track('impression', 'h', {});
    await learned.settled();
    await learned.close();
    const engine = await start({ learning: false, consent: 'granted' });
    expect(await listed(engine, {})).toBe('abdefgh');
    const rotated = async () => {
      const { items } = await engine.recommend({ placement: 'trending', rotation: 1 });
      return items.find(({ item }) => item.id === 'h')?.contributions.rotation;
    };
    const before = await rotated();
    expect(before).toBeLessThan(0);
    // The profile's state is not noted again with the next event.
    await engine.track('dismiss', 'g', {});
    expect(await rotated()).toBeCloseTo(before ?? 0, 2);
    expect((await engine.recommend({ placement: 'for-you' })).items[0].source).toBe('popularity');
    await engine.close();
    const again = await start({ consent: 'granted' });
    expect(await again.status()).toMatchObject({ events: 3 });
    await again.close();
  });

  it('restores a dismissed item after undoing, with the same list and preference as before', async () => {
    const [engine, other] = [await start(), await start({ namespace: 'other' })];
    for (const id of ['b', 'c']) {
      await engine.track('click', id, {});
      await other.track('click', id, {});
    }
    await engine.track('dismiss', 'e', {});
    expect(await listed(engine, {})).not.toContain('e');
    const scores = async (from: Engine) =>
      (await from.recommend({ limit: 100 })).items.map(({ item, score }) => [item.id, Number(score.toFixed(4))]);
    const disliking = await scores(engine);
    await engine.track('undismiss', 'e', {});
    expect(await listed(engine, {})).toContain('e');
    const undone = await scores(engine);
    expect(undone).toEqual(await scores(other));
    expect(undone).not.toEqual(disliking);
    await engine.close();
    await other.close();
  });

  it('shows new items below a stable top when a page is reloaded in one visit', async () => {
    const rules = { fresh: true };
    const first = await start({ consent: 'granted', rules });
    expect(await listed(first, { limit: 4 })).toBe('abcd');
    for (const itemId of 'abcd') await first.track('impression', itemId, {});
    // The page itself does not change under the shopper's eyes.
    expect(await listed(first, { limit: 4 })).toBe('abcd');
    await first.close();
    const second = await start({ consent: 'granted', rules });
    expect(await listed(second, { limit: 4 })).toBe('abef');
    expect(await listed(second, { limit: 4, fresh: false })).toBe('abcd');
    await second.forget();
    expect(await listed(second, { limit: 4 })).toBe('abcd');
    await second.close();
  });

  it('explains an item in the language of the request, with parts that add up to the score', async () => {
    const engine = await start();
    // Two choices: with a third, the experts would train, which another test covers.
    for (const id of ['b', 'd']) await engine.track('click', id, {});
    const request = { lang: 'fr' };
    const { items } = await engine.recommend(request);
    const [{ item, score, reason }] = items;
    const explained = await engine.explain(item.id, request);
    expect([explained.item.id, explained.placement, explained.score]).toEqual([item.id, 'for-you', score]);
    expect(Object.values(explained.contributions).reduce((sum, part) => sum + part)).toBeCloseTo(score, 4);
    expect(explained.reason).toBe(reason);
    expect(explained.contributors.every(({ item: past }) => 'bd'.includes(past.id) && past.title !== '')).toBe(true);
    expect((await engine.recommend({ placement: 'trending', lang: 'ja' })).items[0].reason).toBe(
      'このショップで人気の商品です',
    );
    await expect(engine.explain('unknown', {})).rejects.toMatchObject({ code: 'runtime/unknown-item' });
    await engine.close();
  });
});
