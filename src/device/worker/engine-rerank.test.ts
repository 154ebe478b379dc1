import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeItem } from '../../../testing/bundles';
import { last, type ServedShop, serveShop } from '../../../testing/served-shop';
import type { EngineOptions } from '../protocol';
import type { Engine } from './engine';

const FRUIT = ['f1', 'f2', 'f3'];
const TOOLS = ['t1', 't2', 't3'];
/** The shop's order: fruit and tools in turn, and one product that is not in the bundle yet. */
const LIST = ['f1', 't1', 'new', 'f2', 't2', 'f3', 't3'];
let shop: ServedShop;
let engine: Engine;

beforeAll(async () => {
  const fruit = FRUIT.map((id) => makeItem(id, { category: 'Food/Fruit', price: 2, popularity: 9 }));
  shop = await serveShop([...fruit, ...TOOLS.map((id) => makeItem(id, { category: 'Tools/Sharp', price: 90 }))]);
});
beforeEach(() => {
  // Node has no IndexedDB: this one follows the specification, in memory.
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => engine.close());
afterAll(() => shop.close());

const start = async (given: Partial<EngineOptions> = {}): Promise<void> => {
  engine = await shop.open({ consent: 'pending', ...given });
};
const buyTools = async (): Promise<void> => {
  for (const id of ['t3', 't2', 't1']) await engine.track('purchase', id, {});
};
const ordered = async (...given: unknown[]): Promise<string[]> =>
  (await Reflect.apply(engine.rerank, engine, given.length > 1 ? given : [...given, {}])).ids;

describe('an engine that orders a list of the shop', () => {
  it("keeps the order for a new shopper, and moves a known shopper's preferences to the front, bought or not", async () => {
    await start();
    expect(await ordered(LIST)).toEqual(LIST);
    await buyTools();
    await engine.track('dismiss', 't2', {});
    const ids = await ordered(LIST);
    expect(ids.toSorted()).toEqual(LIST.toSorted());
    expect(ids[2]).toBe('new');
    expect(
      ids
        .filter((id) => id !== 'new')
        .slice(0, 2)
        .every((id) => id.startsWith('t')),
    ).toBe(true);
    expect(await ordered(LIST, { strength: 0 })).toEqual(LIST);
    expect(await ordered([])).toEqual([]);
    expect(await ordered(LIST)).toEqual(ids);
  });

  it('gives each response an id that clicks are attributed by', async () => {
    await start({ consent: 'granted' });
    const [{ id }, { id: other }] = [await engine.rerank(LIST, {}), await engine.rerank(LIST, {})];
    expect(id).toMatch(/^rerank-/);
    expect(other).not.toBe(id);
    await engine.track('click', 'f1', { recommendationId: id, placement: 'category', position: 0 });
    await engine.track('purchase', 'f1', {});
    expect(await last()).toMatchObject({ recommendationId: id, placement: 'category', position: 0 });
  });

  it('keeps the order without learning: denied, learning off, or a variant without it', async () => {
    const experiment = { name: 'test', variants: [{ name: 'off', learning: false }] };
    for (const given of [{ consent: 'denied' as const }, { learning: false }, { experiment }]) {
      await start(given);
      await buyTools();
      expect(await ordered(LIST)).toEqual(LIST);
      await engine.close();
    }
    await start();
  });

  it("follows the shop's rules, which the call's rules replace, and leaves out no id", async () => {
    const rules = {
      pin: [{ itemId: 'f3', position: 0 }],
      bury: [{ filter: { category: 'Tools' }, strength: 10 }],
      filter: { category: 'Tools' },
      categoryCap: 1,
      diversity: 1,
      rotation: 1,
      fresh: true,
    };
    await start({ rules });
    expect(await ordered(LIST)).toEqual(['f3', 'f1', 'new', 't1', 'f2', 't2', 't3']);
    await buyTools();
    const buried = await ordered(LIST);
    expect([buried[0], buried[2]]).toEqual(['f3', 'new']);
    expect(buried.slice(-3).toSorted()).toEqual(TOOLS);
    const own = await ordered(LIST, { bury: [], pin: [{ itemId: 'new', position: 6 }] });
    expect(own[6]).toBe('new');
    expect(own[0]).toMatch(/^t/);
  });

  it('refuses invalid options by name', async () => {
    await start();
    const most = Array.from({ length: 10_000 }, (_, n) => `${n}`);
    expect(await ordered(most)).toEqual(most);
    const wrong: [unknown[], string][] = [
      [[[...most, 'one more']], 'ids: must have at most 10000 ids'],
      [['f1'], 'ids'],
      [[['f1', 5]], 'ids.1'],
      [[LIST, { strength: 2 }], 'strength'],
      [[LIST, { strength: Number.NaN }], 'strength'],
      [[LIST, { strenght: 0.5 }], 'strenght'],
      [[LIST, { filter: {} }], 'filter'],
      [[LIST, { pin: [{ itemId: 'f1', position: -1 }] }], 'pin.0.position'],
      [[LIST, null], 'rerank()'],
    ];
    for (const [given, name] of wrong) {
      await expect(ordered(...given)).rejects.toMatchObject({
        code: 'runtime/invalid-input',
        message: expect.stringContaining(name),
      });
    }
  });
});
