import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import { type ServedShop, serveShop } from '../../../../testing/served-shop';
import type { Engine } from '../engine';
import { categoriesOf, placeChanges, summaryOf } from './inspect';

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
  it('is empty for an unknown shopper, and compares equal lists', async () => {
    const { engine, errors } = await start();
    await engine.settled();
    expect(await profileOf(engine)).toMatchObject({
      products: [],
      categories: [],
      choices: [],
      points: [],
      record: { choices: 0, mean: null },
    });
    const { own, without } = await engine.inspect('lists');
    expect(own.map(({ item }) => item.id)).toEqual(without.map(({ item }) => item.id));
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('reports the learned state, its sources, and the ranks of the choices', async () => {
    const { engine } = await start();
    await engine.settled();
    expect((await engine.status()).backend.learner).toBe('wasm');
    const music = IDS.filter((_, n) => n % 3 === 1).slice(0, 12);
    await choose(engine, music);
    const { products, categories, experts, choices, record } = await profileOf(engine);
    expect(categories[0]).toMatchObject({ name: 'Music', share: 1 });
    expect(products.length).toBeGreaterThan(0);
    for (const { item } of products) expect(music).toContain(item.id);
    expect(choices.map(({ item }) => item?.id)).toEqual(music);
    expect(choices[0].ranks).toBeNull();
    expect(record.choices).toBe(11);
    expect(record.mean?.own).toBeGreaterThanOrEqual(1);
    expect(experts[0]).toMatchObject({ state: 'generalist', choices: 12, removed: null });
    expect(experts[0].from.map(({ item }) => item.id)).toEqual(music.toReversed());
    const { own, without } = await engine.inspect('lists');
    expect(own.map(({ item }) => item.id)).not.toEqual(without.map(({ item }) => item.id));
    expect(without[0].item.id).toBe(`i${COUNT - 1}`);
    await engine.close();
  });

  it('predicts the list after a rollback, and keeps the journal up to that point', async () => {
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
    expect((await profileOf(engine)).choices).toHaveLength(last.choices);
    await engine.close();
  });

  it('splits the score of any item, and reports the stored data', async () => {
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
    const device = await engine.inspect('device');
    expect(device.inMemory).toBe(true);
    expect(device.profile).toBeGreaterThan(1000);
    await engine.close();
  });

  it('keeps the journal across an export, and begins a new one after everything was forgotten', async () => {
    const { engine } = await start();
    await engine.settled();
    await choose(engine, IDS.slice(0, 5));
    const file = await engine.exportProfile();
    await engine.forget();
    await choose(engine, IDS.slice(10, 12));
    expect((await profileOf(engine)).choices.map(({ item, at }) => [item?.id, at])).toEqual([
      ['i10', 1],
      ['i11', 2],
    ]);
    await engine.importProfile(file);
    expect((await profileOf(engine)).choices.map(({ item }) => item?.id)).toEqual(IDS.slice(0, 5));
    await choose(engine, ['i20']);
    expect((await profileOf(engine)).choices).toHaveLength(6);
    await engine.close();
  });

  it('is empty for a shopper who denied consent', async () => {
    const { engine } = await start();
    await engine.settled();
    await choose(engine, IDS.slice(0, 5));
    await engine.consent('denied');
    await choose(engine, IDS.slice(5, 8));
    expect(await profileOf(engine)).toMatchObject({ products: [], categories: [], choices: [] });
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

describe('summaryOf', () => {
  it('is the geometric mean of the ranks', () => {
    const ranks = [
      { own: 1, popularity: 4, content: 1 },
      { own: 2, popularity: 8, content: 8 },
      { own: 4, popularity: 16, content: 2 },
    ];
    const { choices, mean } = summaryOf(ranks);
    expect(choices).toBe(3);
    expect(mean?.own).toBeCloseTo(2);
    expect(mean?.popularity).toBeCloseTo(8);
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
