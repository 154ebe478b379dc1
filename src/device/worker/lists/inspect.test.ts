import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import { type ServedShop, serveShop } from '../../../../testing/served-shop';
import type { Engine } from '../engine';
import { categoriesOf, placeChanges } from './inspect';

const COUNT = 90;
const IDS = Array.from({ length: COUNT }, (_, n) => `i${n}`);
let shop: ServedShop;
beforeAll(async () => {
  shop = await serveShop(
    IDS.map((id, n) => makeItem(id, { category: ['Food/Fruit', 'Music', 'Tools'][n % 3], popularity: n })),
  );
});
afterAll(() => shop.close());

const start = async () => ({ engine: await shop.open({ consent: 'pending' }), errors: shop.codes });

/** Chooses items one after the other, and waits until they are learned and saved. */
async function choose(engine: Engine, ids: readonly string[]): Promise<void> {
  for (const [n, id] of ids.entries()) await engine.track('click', id, {}, 1_700_000_000_000 + n);
  await engine.settled();
}

const idsOf = async (engine: Engine): Promise<string[]> =>
  (await engine.recommend({ limit: 20 })).items.map(({ item }) => item.id);
const profileOf = (engine: Engine) => engine.inspect('profile');

describe('inspect()', () => {
  it('is empty for an unknown shopper', async () => {
    const { engine, errors } = await start();
    await engine.settled();
    expect(await profileOf(engine)).toMatchObject({
      products: [],
      categories: [],
    });
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('reports the learned state and its sources', async () => {
    const { engine } = await start();
    await engine.settled();
    expect((await engine.status()).backend.learner).toBe('wasm');
    const music = IDS.filter((_, n) => n % 3 === 1).slice(0, 12);
    await choose(engine, music);
    const { products, categories, experts } = await profileOf(engine);
    expect(categories[0]).toMatchObject({ name: 'Music', share: 1 });
    expect(products.length).toBeGreaterThan(0);
    for (const { item } of products) expect(music).toContain(item.id);
    expect(experts[0]).toMatchObject({ state: 'generalist', choices: 12 });
    expect(experts[0].from.map(({ item }) => item.id)).toEqual(music.toReversed());
    await engine.close();
  });

  it('predicts the list after a rollback', async () => {
    const { engine } = await start();
    await engine.settled();
    await choose(engine, IDS.slice(0, 42));
    const snapshots = await engine.snapshots();
    expect(snapshots.length).toBeGreaterThan(0);
    const last = snapshots[snapshots.length - 1];
    await choose(engine, IDS.slice(60, 75));
    const now = await idsOf(engine);
    const change = await engine.inspect('snapshot', last.id);
    // Inspecting changes nothing.
    expect(await idsOf(engine)).toEqual(now);
    await engine.rollback(last.id);
    await engine.settled();
    expect(placeChanges(now, await idsOf(engine))).toEqual(change);
    expect(change.added).toBeGreaterThan(0);
    await engine.close();
  });

  it('splits the score of any item', async () => {
    const { engine } = await start();
    await engine.settled();
    await choose(engine, IDS.slice(0, 9));
    const [first] = await idsOf(engine);
    const { parts, score, place, items } = await engine.inspect('item', first);
    expect(place).toBe(1);
    expect(parts.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(score, 3);
    const { experts } = await profileOf(engine);
    expect(parts.flatMap(({ expert }) => (expert ? [expert.id] : [])).toSorted()).toEqual(
      experts.map(({ id }) => id).toSorted(),
    );
    expect(items.length).toBeGreaterThan(0);
    await engine.close();
  });

  it('is empty for a shopper who denied consent', async () => {
    const { engine } = await start();
    await engine.settled();
    await choose(engine, IDS.slice(0, 5));
    await engine.consent('denied');
    await choose(engine, IDS.slice(5, 8));
    expect(await profileOf(engine)).toMatchObject({ products: [], categories: [] });
    await engine.close();
  });

  it('refuses invalid questions', async () => {
    const { engine } = await start();
    const codeOf = (question: string, about?: unknown) =>
      Reflect.apply(engine.inspect, engine, [question, about]).then(
        () => 'none',
        ({ code }: { code: string }) => code,
      );
    expect(await codeOf('everything')).toBe('runtime/invalid-input');
    expect(await codeOf('snapshot', 'first')).toBe('runtime/invalid-input');
    expect(await codeOf('snapshot', 7)).toBe('store/unknown-snapshot');
    expect(await codeOf('item', 'nowhere')).toBe('runtime/unknown-item');
    await engine.close();
  });
});

describe('placeChanges', () => {
  it('counts the items that enter, leave and move', () => {
    expect(placeChanges(['a', 'b', 'c'], ['b', 'd', 'c'])).toEqual({ added: 1, left: 1, moved: 1 });
  });
});

describe('categoriesOf', () => {
  it('counts every path of an item', () => {
    expect(categoriesOf(['a', 'b|c', 'b', ''])).toEqual([
      { name: 'b', share: 0.5 },
      { name: 'a', share: 0.25 },
      { name: 'c', share: 0.25 },
    ]);
  });
});
