import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import { type ServedShop, serveShop } from '../../../../testing/served-shop';
import type { RecommendRequest } from '../../protocol';
import { type Engine, startEngine } from '../engine';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

let shop: ServedShop;
beforeAll(async () => {
  shop = await serveShop(
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id, n) =>
      makeItem(id, {
        popularity: 10 ** (8 - n),
        category: n > 5 ? 'Tools' : 'Food',
        attributes: { brand: n % 2 ? 'X' : 'Y' },
      }),
    ),
  );
});
afterAll(() => shop.close());

const hintOf = async (engine: Engine, request: RecommendRequest = {}, id = 'g') => {
  const { items } = await engine.recommend(request);
  return items.find(({ item }) => item.id === id)?.contributions.hint ?? 0;
};

describe('hints of a visit', () => {
  it('hold for all lists of for-you until a request has its own, and are in no other list', async () => {
    const engine = await shop.open({ consent: 'pending' });
    await engine.setHints('{"category":"Tools"}');
    const hint = await hintOf(engine);
    expect(hint).toBeGreaterThan(0);
    expect(await hintOf(engine, { hints: {} })).toBe(0);
    expect(await hintOf(engine, { hints: { id: 'h' } }, 'h')).toBeGreaterThan(hint);
    expect(await hintOf(engine, { placement: 'trending' })).toBe(0);
    const { contributions, reason } = await engine.explain('g', {});
    expect(contributions.hint).toBeCloseTo(hint, 5);
    expect(reason).toBe('Because you are looking for Tools');
    await engine.setHints({});
    expect(await hintOf(engine)).toBe(0);
    await engine.close();
  });

  it('fade with the choices of the visit, and are not learned from', async () => {
    const [hinted, plain] = [await shop.open({ consent: 'pending' }), await shop.open({ consent: 'pending' })];
    await hinted.setHints({ category: 'Tools' });
    const before = await hintOf(hinted);
    for (const engine of [hinted, plain]) for (const id of ['a', 'b', 'c']) await engine.track('click', id, {});
    const after = await hintOf(hinted);
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThan(before);
    await Promise.all([hinted.settled(), plain.settled()]);
    expect((await hinted.status()).weights).toEqual((await plain.status()).weights);
    expect(await hintOf(hinted, { hints: {} })).toBe(0);
    await Promise.all([hinted.close(), plain.close()]);
  });

  it('end with a denial and with forget(), even during a pending call, and have no effect under a denial', async () => {
    const engine = await shop.open({ consent: 'pending' });
    await engine.setHints({ category: 'Tools' });
    await engine.forget();
    expect(await hintOf(engine)).toBe(0);
    await engine.setHints({ category: 'Tools' });
    const denied = engine.consent('denied');
    const late = engine.setHints({ category: 'Tools' });
    await Promise.all([denied, late]);
    expect(await hintOf(engine, { hints: { category: 'Tools' } })).toBe(0);
    await engine.consent('pending');
    expect(await hintOf(engine)).toBe(0);
    await engine.close();
  });

  it('pass to a replacement worker', async () => {
    const first = await shop.open({ consent: 'pending' });
    await first.setHints({ category: 'Tools' });
    const kept = await first.handOver();
    await first.close();
    const options = { bundle: shop.bundle, namespace: 'test', learning: true, consent: 'pending' as const };
    const ignored = () => undefined;
    const second = await startEngine(options, { change: ignored, progress: ignored, error: ignored }, undefined, kept);
    expect(await hintOf(second)).toBeGreaterThan(0);
    await second.close();
  });

  it('refuse invalid fields by name, and then keep the previous hints', async () => {
    const engine = await shop.open({ consent: 'pending' });
    await engine.setHints({ category: 'Tools' });
    await expect(Reflect.apply(engine.setHints, engine, [{ colour: 'red' }])).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringContaining('profile.setHints(): hints.colour'),
    });
    await expect(engine.recommend({ hints: '{"category":' })).rejects.toThrow('recommend(): hints: must be an object');
    expect(await hintOf(engine)).toBeGreaterThan(0);
    await engine.close();
  });
});

describe('segments', () => {
  it('are ranked with their items, and the response has an id', async () => {
    const engine = await shop.open({ consent: 'pending' });
    const { segments, id } = await engine.recommendSegments({ by: 'attributes.brand', items: 2 });
    expect(segments.map(({ value, items }) => [value, items.map(({ item }) => item.id)])).toEqual([
      ['Y', ['a', 'c']],
      ['X', ['b', 'd']],
    ]);
    expect(id).toMatch(/^segments-/);
    await engine.setHints({ 'attributes.brand': 'X', category: 'Tools' });
    const [tools] = (await engine.recommendSegments({ by: 'category', lang: 'de' })).segments.filter(
      ({ value }) => value === 'Tools',
    );
    expect(tools.items[0].reason).toBe('Weil Sie Tools suchen');
    await engine.close();
  });

  it.each([
    [{}, 'recommendSegments(): by: '],
    [{ by: 'brand' }, 'by: must be "category" or an attribute'],
    [{ by: 'category', limit: 0 }, 'limit: '],
    [{ by: 'category', items: 21 }, 'items: '],
    [{ by: 'category', depth: 1.5 }, 'depth: '],
    [{ by: 'category', pin: [] }, 'pin'],
    [{ by: 'category', exclude: 'a' }, 'exclude: '],
    [{ by: 'category', filter: { colour: 1 } }, 'filter.colour'],
  ])('refuse invalid fields by name: %j', async (request, message) => {
    const engine = await shop.open({ consent: 'pending' });
    await expect(Reflect.apply(engine.recommendSegments, engine, [request])).rejects.toThrow(message);
    await engine.close();
  });
});
