import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../../testing/bundles';
import { clickAll, described, IN_PARTS, idsOf, outsideOf, shardsOf } from '../../../../testing/parts';
import { type ServedShop, serveContent } from '../../../../testing/served-shop';
import { sideModel } from '../../../../testing/side-models';
import { topicContent } from '../../../../testing/topics';
import {
  type Bundle,
  type Item,
  openBundle,
  openHead,
  rowsPerItem,
  type SideModel,
  verifyBundle,
  writeBundle,
} from '../../../core/catalog';
import type { CatalogIndex } from '../../ranking';
import { Catalog, encodersOf } from './catalog';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

it("has the items added here after the bundle's, until they are removed", async () => {
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await bundleContent(['a', 'b'].map((id) => makeItem(id))), sink);
  const bundle = await openHead(fetchFile);
  const catalog = new Catalog(bundle);
  const { taps, dim } = bundle.head.features;
  const local = (id: string) => ({
    item: makeItem(id),
    encoders: encodersOf(bundle.manifest),
    values: new Int8Array(rowsPerItem({ taps }) * dim),
    scales: new Float32Array(rowsPerItem({ taps })),
  });
  const ids = () => [catalog.index.items.map(({ id }) => id).join(' '), catalog.table.count];
  catalog.add([local('mine')]);
  catalog.add([local('other'), local('a')]);
  expect(ids()).toEqual(['a b mine other', 4]);
  const [text, image] = encodersOf(bundle.manifest).split('/');
  catalog.add([{ ...local('stale'), encoders: `${text}/${image}/${'0'.repeat(64)}` }]);
  expect(ids()).toEqual(['a b mine other', 4]);
  catalog.clearLocal();
  expect(ids()).toEqual(['a b', 2]);
});

describe('an engine with a side model and a part of its catalogue', () => {
  let shop: ServedShop;
  let model: SideModel;
  let outside: Item[];
  let ids: string[];
  beforeAll(async () => {
    const content = described(await topicContent({ items: 2000, topics: 20, dim: 24 }));
    ids = content.items.map(({ id }) => id);
    model = sideModel(ids.length, 6);
    const learned = { side: { model, weights: { sideModel: 2 } } };
    shop = await serveContent(content, { ...IN_PARTS, learned });
    outside = await outsideOf(shop);
    return () => shop.close();
  });

  const expectTrained = ({ index }: Catalog): void => {
    const read = ({ side }: CatalogIndex, row: number): number[] => [
      ...(side?.vectors.subarray(6 * row, 6 * row + 6) ?? []),
      side?.biases[row] ?? Number.NaN,
    ];
    for (const [row, { id }] of index.items.entries()) {
      const from = ids.indexOf(id);
      const trained = [...model.vectors.subarray(6 * from, 6 * from + 6), model.biases[from]];
      for (const [n, value] of read(index, row).entries()) expect(Math.abs(value - trained[n])).toBeLessThan(0.03);
    }
  };

  it('has the rows of the head and of the shards that are loaded, in whatever order they come and go', async () => {
    const bundle = await openHead(shop.bundle);
    const { shards } = bundle;
    const catalog = new Catalog(bundle);
    const load = async (...numbers: number[]): Promise<boolean> =>
      catalog.grow(await Promise.all(numbers.map((number) => shards.read(number))));
    expectTrained(catalog);
    await load(3, 1);
    const before = catalog.index.items.length;
    expect(before).toBeGreaterThan(bundle.head.items.length);
    expectTrained(catalog);
    await load(7);
    expect(catalog.index.items.length).toBeGreaterThan(before);
    expectTrained(catalog);
    const kept = new Set((await shards.read(3)).items.slice(2).map(({ id }) => id));
    catalog.evict([1, 3, 7], kept);
    // Its other items, and what others chose with them, are gone.
    expect([...catalog.loadedShards.keys()]).toEqual([]);
    expect(catalog.index.items.length).toBeLessThan(before);
    expectTrained(catalog);
    await load(7, 3);
    expectTrained(catalog);
    expect((await (await openBundle(shop.bundle)).side())?.digest).toBe(catalog.index.side?.digest);
  });

  it('scores items outside the head by it', async () => {
    const engine = await shop.open({ consent: 'pending' });
    await clickAll(engine, outside.slice(0, 1));
    const { items } = await engine.recommend({ limit: 5 });
    const { contributions } = await engine.explain(items[0].item.id, {});
    expect(Object.keys(contributions)).toContain('sideModel');
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('chooses shards by it: nearly all of what the whole catalogue would list is loaded', async () => {
    const content = described(await topicContent({ items: 2000, topics: 20, dim: 24 }));
    const learned = { side: { model, weights: { sideModel: 2 } } };
    const whole = await serveContent(content, { whole: true, learned });
    const [part, all] = [await shop.open({ consent: 'pending' }), await whole.open({ consent: 'pending' })];
    for (const engine of [part, all]) await clickAll(engine, outside.slice(0, 1));
    expect((await part.loaded(ids)).length).toBeLessThan(ids.length);
    expect((await part.loaded(await idsOf(all, { limit: 20 }))).length).toBeGreaterThanOrEqual(18);
    for (const engine of [part, all]) await engine.close();
    await whole.close();
  });
});

describe('an engine with a log and a part of its catalogue', () => {
  const COUNT = 1000;
  let shop: ServedShop;
  let bundle: Bundle;
  let items: Item[];
  let outside: Item[];

  /** Item n was chosen with the item half a catalogue later, and every tenth item lately, the last ones most often. */
  const half = (n: number): number => (n + COUNT / 2) % COUNT;
  const LOG = {
    cooccurrence: {
      count: COUNT,
      offsets: Uint32Array.from({ length: COUNT + 1 }, (_, n) => n),
      rows: Uint32Array.from({ length: COUNT }, (_, n) => half(n)),
      lifts: Float32Array.from({ length: COUNT }, (_, n) => 1 + (n % 7)),
    },
    demand: {
      choices: Float32Array.from({ length: COUNT }, (_, n) => n),
      recent: Float32Array.from({ length: COUNT }, (_, n) => (n % 10 === 0 ? n : 0)),
      repeats: 0.3,
    },
  };
  const withoutPopularity = async () => {
    const content = await topicContent({ items: COUNT, topics: 20, dim: 24 });
    return { ...content, items: content.items.map(({ popularity: _, ...item }) => item) };
  };

  beforeAll(async () => {
    shop = await serveContent(await withoutPopularity(), { ...IN_PARTS, learned: LOG });
    bundle = await openBundle(shop.bundle);
    ({ items } = bundle);
    outside = await outsideOf(shop);
    return () => shop.close();
  });
  beforeEach(() => {
    shop.asked.length = 0;
  });

  const begin = () => shop.open({ consent: 'pending' });
  const rowOf = ({ id }: Item): number => items.findIndex((item) => item.id === id);
  /** Name of the file of the shard with an item. */
  const fileOf = async (row: number): Promise<string> => (await bundle.shards.allFiles())[bundle.shardOf[row]].file;

  it('shows what sells before any choice, and what is trending', async () => {
    const engine = await begin();
    const best = items
      .filter((_, n) => n % 10 === 0)
      .map(({ id }) => id)
      .reverse();
    expect(await idsOf(engine, { limit: 5 })).toEqual(best.slice(0, 5));
    await engine.settled();
    expect(await idsOf(engine, { placement: 'trending', limit: 5 })).toEqual(best.slice(0, 5));
    expect(shardsOf(shop.asked)).toEqual([]);
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('completes an item with what was bought with it, wherever that is', async () => {
    const engine = await begin();
    for (const item of [outside[0], outside[300]]) {
      const other = items[half(rowOf(item))];
      const { items: found } = await engine.recommend({ placement: 'complement', itemId: item.id, limit: 3 });
      expect(found[0]).toMatchObject({ source: 'boughtTogether', item: { id: other.id } });
    }
    await clickAll(engine, [outside[0]]);
    const next = await engine.explain(items[half(rowOf(outside[0]))].id, {});
    expect(next.contributions.boughtTogether).toBeGreaterThan(0);
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('completes the cart', async () => {
    const engine = await begin();
    await engine.track('cart', outside[7].id, {});
    await engine.settled();
    const { items: found } = await engine.recommend({ placement: 'complement', cart: true, limit: 3 });
    expect(found[0].item.id).toBe(items[half(rowOf(outside[7]))].id);
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('lists what others chose with the last choice', async () => {
    const engine = await begin();
    // Its lift is the highest.
    const chosen = outside.find((item) => rowOf(item) % 7 === 6) ?? outside[0];
    await clickAll(engine, [chosen]);
    const other = items[half(rowOf(chosen))];
    expect(shop.asked).toContain(await fileOf(rowOf(other)));
    const list = await engine.recommend({ limit: 5 });
    expect(list.items.map(({ item }) => item.id)).toContain(other.id);
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('lists what is due again', async () => {
    const engine = await begin();
    const [{ id }] = outside;
    const DAY = 24 * 3600 * 1000;
    const now = Date.now();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now - 30 * DAY);
    try {
      await engine.track('purchase', id, {});
      await engine.settled();
      clock.mockReturnValue(now);
      expect(await idsOf(engine, { placement: 'again' })).toEqual([id]);
      expect(shop.codes).toEqual([]);
    } finally {
      clock.mockRestore();
      await engine.close();
    }
  });

  it('continues without the shard of what was bought with an item, reports it, and has it when it is back', async () => {
    const chosen = outside.filter((item) => bundle.shardOf[rowOf(item)] !== bundle.shardOf[half(rowOf(item))]);
    const ids = new Set(outside.map(({ id }) => id));
    const item = chosen.find((one) => ids.has(items[half(rowOf(one))].id)) ?? outside[0];
    const file = await fileOf(half(rowOf(item)));
    const sound = shop.files.get(file);
    shop.files.delete(file);
    const engine = await begin();
    const complement = () => engine.recommend({ placement: 'complement', itemId: item.id, limit: 3 });
    expect((await complement()).items).toHaveLength(3);
    expect(new Set(shop.codes)).toEqual(new Set(['bundle/unreachable']));
    if (sound) shop.files.set(file, sound);
    expect((await complement()).items[0].source).toBe('boughtTogether');
    await engine.close();
  });

  it('has the same first list as with the whole catalogue, and keeps it', async () => {
    const whole = await serveContent(await withoutPopularity(), { whole: true, learned: LOG });
    for (const served of [shop, whole]) {
      const engine = await served.open({ consent: 'pending' });
      const first = await idsOf(engine, { limit: 12 });
      await engine.settled();
      expect(await idsOf(engine, { limit: 12 })).toEqual(first);
      expect(first).toEqual(await idsOf(engine, { limit: 12 }));
      await engine.close();
    }
    await whole.close();
  });

  it('is a sound bundle', async () => {
    const memory = memoryBundle();
    const manifest = await writeBundle(await withoutPopularity(), memory.sink, { ...IN_PARTS, learned: LOG });
    await verifyBundle(manifest, memory.fetchFile);
  });
});
