import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  addLearned,
  type Item,
  type Manifest,
  openBundle,
  type SideModel,
  verifyBundle,
  writeBundle,
} from '../../core/catalog';
import { memoryBundle } from '../../testing/bundles';
import { openedEngine } from '../../testing/opened-engine';
import { sideModel } from '../../testing/side-models';
import { topicContent } from '../../testing/topics';
import type { WorkerRecommender } from '../protocol';
import type { CatalogIndex } from '../ranking';
import { ClusterLearned } from './cluster-learned';
import { Engine } from './engine';
import { LoadedCatalog } from './loaded-catalog';

const COUNT = 4000;
const memory = memoryBundle();
const options = { clusterFrom: 100, clusterItems: 24 };
let server: Server;
let manifest: Manifest;
/** Items that the head does not have. */
let unloaded: Item[];
/** File names requested from the server. */
let asked: string[] = [];
/** File names that the server no longer has. */
let gone: (name: string) => boolean;

beforeAll(async () => {
  manifest = await writeBundle(await topicContent({ items: COUNT, topics: 50, dim: 24 }), memory.sink, options);
  const whole = await openBundle(memory.fetchFile);
  const { items } = await openBundle(memory.fetchFile, undefined, { whole: false });
  const head = new Set(items.map(({ id }) => id));
  unloaded = whole.items.filter(({ id }) => !head.has(id));
  server = createServer(({ url = '' }, response) => {
    const name = url.slice(1);
    asked.push(name);
    const bytes = gone(name) ? undefined : memory.files.get(name);
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  asked = [];
  gone = () => false;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function start() {
  const { port } = server.address() as AddressInfo;
  const { engine, codes } = await openedEngine(`http://127.0.0.1:${port}`, { namespace: 'clusters' });
  return { engine, errors: codes };
}

/** An item that the head does not have, and its topic. */
async function outside(engine: WorkerRecommender, topic: number) {
  const found = unloaded.filter(({ category }) => category.endsWith(`Topic ${topic}`));
  expect(await engine.getItem(found[0].id)).toEqual(found[0]);
  return found;
}

describe('an engine with a catalogue in clusters', () => {
  it('shows a first list from only the head, and reports the size of the shop', async () => {
    const { engine, errors } = await start();
    const { items } = await engine.recommend({ limit: 8 });
    expect(items).toHaveLength(8);
    expect(items[0].source).toBe('popularity');
    expect(asked.filter((name) => /^(directory|axes|ids)-/.test(name))).toEqual([]);
    expect((await engine.status()).items).toBe(COUNT);
    expect((await engine.categories()).find(({ category }) => category === 'Group 1')?.count).toBeGreaterThan(50);
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('learns choices of items that were not loaded, and then recommends similar items from the whole catalogue', async () => {
    const { engine, errors } = await start();
    const chosen = (await outside(engine, 7)).slice(0, 2);
    for (const { id } of chosen) await engine.track('click', id, {});
    await engine.settled();
    const { items } = await engine.recommend({ limit: 8 });
    expect(items.filter(({ item }) => item.category === chosen[0].category).length).toBeGreaterThanOrEqual(5);
    expect(items[0].source).toBe('personal');
    expect(items[0].reason).toContain('Item');
    const clusters = manifest.clusters?.count ?? 0;
    expect(asked.filter((name) => name.startsWith('features-')).length).toBeLessThan(clusters / 3);
    expect((await engine.status()).events).toBe(2);
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('finds items similar to an item that it did not load', async () => {
    const { engine } = await start();
    const [item] = await outside(engine, 11);
    const { items } = await engine.recommend({ placement: 'similar', itemId: item.id, limit: 6 });
    expect(items.map(({ item: { category } }) => category)).toEqual(new Array(6).fill(item.category));
    await engine.close();
  });

  it('explains an item that it did not load', async () => {
    const { engine, errors } = await start();
    const [wanted] = await outside(engine, 3);
    expect((await engine.explain(wanted.id)).item).toEqual(wanted);
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('loads the first items of a list of the shop for a known shopper, and continues without them', async () => {
    const { engine, errors } = await start();
    const [liked, other] = [await outside(engine, 7), await outside(engine, 12)];
    const ids = [...other.slice(0, 20), ...liked.slice(2, 22)].map(({ id }) => id);
    asked = [];
    expect((await engine.rerank([...ids, 'x'], {})).ids).toEqual([...ids, 'x']);
    expect(asked).toEqual([]);
    for (const { id } of liked.slice(0, 2)) await engine.track('click', id, {});
    await engine.settled();
    const { ids: ordered } = await engine.rerank([...ids, 'x'], {});
    expect(ordered.toSorted()).toEqual([...ids, 'x'].toSorted());
    expect(ordered.at(-1)).toBe('x');
    const first = new Set(ordered.slice(0, 20));
    expect(liked.filter(({ id }) => first.has(id)).length).toBeGreaterThan(15);
    expect(errors).toEqual([]);

    const far = (await outside(engine, 30)).map(({ id }) => id);
    gone = () => true;
    expect((await engine.rerank(['nobody knows it', ...far], {})).ids).toEqual(['nobody knows it', ...far]);
    expect(new Set(errors)).toEqual(new Set(['bundle/unreachable']));
    await engine.close();
  });

  it('finds items similar to several items, and to the cart, that it did not load', async () => {
    const { engine, errors } = await start();
    const topics = [12, 17, 23];
    const items = await Promise.all(topics.map(async (topic) => (await outside(engine, topic))[0]));
    const itemId = items.map(({ id }) => id);
    const list = await engine.recommend({ placement: 'similar', itemId: [...itemId, 'no such item'], limit: 30 });
    const expected = new Set(items.map(({ category }) => category));
    expect(new Set(list.items.map(({ item }) => item.category))).toEqual(expected);
    expect(list.items.map(({ item }) => item.id).filter((id) => itemId.includes(id))).toEqual([]);
    const [inCart] = await outside(engine, 31);
    await engine.track('cart', inCart.id, {});
    // The item has to be loaded first.
    await engine.settled();
    const about = await engine.recommend({ placement: 'similar', cart: true, limit: 4 });
    expect(about.items.map(({ item }) => item.category)).toEqual(new Array(4).fill(inCart.category));
    await expect(engine.recommend({ placement: 'similar', itemId: ['none', 'either'] })).rejects.toMatchObject({
      code: 'runtime/unknown-item',
    });
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('loads a bounded part of the catalogue for a hundred items', async () => {
    const { engine, errors } = await start();
    const { items } = await openBundle(memory.fetchFile);
    const every = items.filter((_, n) => n % 40 === 0).map(({ id }) => id);
    expect(every).toHaveLength(100);
    asked = [];
    expect((await engine.recommend({ placement: 'similar', itemId: every, limit: 8 })).items).toHaveLength(8);
    const loaded = asked.filter((name) => name.startsWith('features-')).length;
    // 10 clusters of the items themselves, and 3 around each of 5.
    expect(loaded).toBeLessThanOrEqual(25);
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('keeps an event of an item that the shop lacks, reports it, and does not learn it', async () => {
    const { engine, errors } = await start();
    await engine.track('click', 'no such item', {});
    await engine.settled();
    expect(errors).toEqual(['runtime/unknown-item']);
    expect((await engine.status()).events).toBe(0);
    const [known] = await outside(engine, 3);
    await engine.track('click', known.id, {});
    await engine.settled();
    expect((await engine.status()).events).toBe(1);
    await expect(engine.recommend({ placement: 'similar', itemId: 'no such item' })).rejects.toMatchObject({
      code: 'runtime/unknown-item',
    });
    expect(await engine.getItem('no such item')).toBeNull();
    await engine.close();
  });

  it('continues with its loaded data when the files of an old bundle are gone, and reports it', async () => {
    const { engine, errors } = await start();
    const [item] = await outside(engine, 5);
    const { items } = await engine.recommend({});
    gone = () => true;
    await expect(engine.recommend({ placement: 'similar', itemId: item.id })).rejects.toMatchObject({
      code: 'bundle/unreachable',
    });
    await engine.track('click', items[0].item.id, {});
    await engine.settled();
    expect((await engine.recommend({})).items.length).toBeGreaterThan(0);
    expect(new Set(errors)).toEqual(new Set(['bundle/unreachable']));
    await engine.close();
  });

  it('continues a saved profile, and reloads its past items', async () => {
    const first = await start();
    const chosen = (await outside(first.engine, 3)).slice(0, 2);
    for (const { id } of chosen) await first.engine.track('click', id, {});
    const profile = await first.engine.exportProfile();
    await first.engine.close();
    const { engine, errors } = await start();
    await engine.importProfile(profile);
    await engine.settled();
    const { items } = await engine.recommend({ limit: 6 });
    expect(items.filter(({ item }) => item.category === chosen[0].category).length).toBeGreaterThanOrEqual(4);
    expect((await engine.status()).events).toBe(2);
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('knows the cart of a saved profile that many later choices followed', async () => {
    const first = await start();
    const [inCart] = await outside(first.engine, 31);
    await first.engine.track('cart', inCart.id, {});
    for (let n = 0; n < 50; n++) {
      const { items } = await first.engine.browse({ offset: n, limit: 1 });
      await first.engine.track('view', items[0].id, {});
    }
    const profile = await first.engine.exportProfile();
    await first.engine.close();
    const { engine } = await start();
    await engine.importProfile(profile);
    await engine.settled();
    const { items } = await engine.recommend({ placement: 'similar', cart: true, limit: 4 });
    expect(items.map(({ item }) => item.category)).toEqual(new Array(4).fill(inCart.category));
    await engine.close();
  });

  it("uses the previous bundle's features for a partly uploaded one, and reports it", async () => {
    const kept = new Map(memory.files);
    const previous = await openBundle(memory.fetchFile);
    const head = await openBundle(memory.fetchFile, undefined, { whole: false });
    const before = new Set(head.items.map(({ id }) => id));
    const content = await topicContent({ items: COUNT, topics: 50, dim: 24, seed: 2 });
    const next = await writeBundle(content, memory.sink, { ...options, previous });
    gone = (name) => name === next.clusters?.head.features.file;
    const { engine, errors } = await start();
    const { items } = await engine.recommend({ limit: 100 });
    await engine.settled();
    expect(errors).toEqual(['bundle/incomplete']);
    const known = items.find(({ item }) => before.has(item.id));
    const similar = await engine.recommend({ placement: 'similar', itemId: known?.item.id });
    expect(similar.items[0].source).toBe('content');
    await engine.close();
    for (const [name, bytes] of kept) memory.files.set(name, bytes);
  });
});

describe('an engine with a catalogue in clusters and several languages', () => {
  const texts = memoryBundle();
  let host: Server;
  let names: string[] = [];

  beforeAll(async () => {
    const content = await topicContent({ items: 1000, topics: 20, dim: 24 });
    const titles = content.items.map(({ title }) => ({ title: `DE ${title}` }));
    const locales = [{ tag: 'de', texts: titles }];
    await writeBundle({ ...content, language: 'en', locales }, texts.sink, options);
    host = createServer(({ url = '' }, response) => {
      const name = url.slice(1);
      names.push(name);
      const bytes = texts.files.get(name);
      response.writeHead(bytes ? 200 : 404).end(bytes);
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => host.close(resolve)));

  it('loads only the texts of its loaded clusters', async () => {
    names = [];
    const errors: string[] = [];
    const { port } = host.address() as AddressInfo;
    const engine = await Engine.start(
      {
        bundle: `http://127.0.0.1:${port}`,
        consent: 'pending',
        namespace: 'languages',
        learning: true,
        lang: 'de',
      },
      { change: () => undefined, progress: () => undefined, error: (error) => errors.push(error.code) },
    );
    const german = async (request = {}): Promise<boolean[]> =>
      (await engine.recommend({ limit: 20, ...request })).items.map(({ item }) => item.title.startsWith('DE '));
    const loaded = (kind: string): number => names.filter((name) => new RegExp(`^${kind}-.*json$`).test(name)).length;
    expect(await german()).not.toContain(false);
    expect([loaded('texts'), loaded('items')]).toEqual([1, 0]);

    const whole = await openBundle(texts.fetchFile);
    const { items: head } = await openBundle(texts.fetchFile, undefined, { whole: false });
    const outside = whole.items.find(({ id }) => !head.some((item) => item.id === id));
    const id = outside?.id ?? '';
    expect((await engine.getItem(id))?.title).toBe(`DE ${outside?.title}`);
    expect((await engine.getItem(id, 'en'))?.title).toBe(outside?.title);
    await engine.track('click', id, {});
    await engine.settled();
    expect(await german({ placement: 'similar', itemId: id })).not.toContain(false);
    // As many files of texts as of items, plus the head's.
    expect(loaded('texts')).toBeLessThanOrEqual(loaded('items') + 1);
    expect(loaded('texts')).toBeGreaterThan(1);
    expect(await german({ lang: 'en' })).not.toContain(true);
    expect(errors).toEqual([]);
    await engine.close();
  });
});

describe('an engine with a catalogue in clusters and a side model', () => {
  const memorySide = memoryBundle();
  let model: SideModel;
  let ids: string[];
  let host: Server;
  let names: string[] = [];
  let lacks: (name: string) => boolean;

  beforeAll(async () => {
    const content = await topicContent({ items: 1000, topics: 20, dim: 24 });
    ids = content.items.map(({ id }) => id);
    model = sideModel(ids.length, 6);
    const learned = { side: { model, weights: { sideModel: 2 } } };
    const written = await writeBundle(content, memorySide.sink, { ...options, learned });
    await verifyBundle(written, memorySide.fetchFile);
    host = createServer(({ url = '' }, response) => {
      const name = url.slice(1);
      names.push(name);
      const bytes = lacks(name) ? undefined : memorySide.files.get(name);
      response.writeHead(bytes ? 200 : 404).end(bytes);
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    names = [];
    lacks = () => false;
  });
  afterAll(() => new Promise((resolve) => host.close(resolve)));

  /** The original model's values for an item. */
  const trained = (id: string): number[] => {
    const row = ids.indexOf(id);
    return [...model.vectors.subarray(6 * row, 6 * row + 6), model.biases[row]];
  };
  const said = ({ side }: CatalogIndex, row: number): number[] => [
    ...(side?.vectors.subarray(6 * row, 6 * row + 6) ?? []),
    side?.biases[row] ?? Number.NaN,
  ];
  const expectTrained = ({ index }: LoadedCatalog): void => {
    for (const [row, { id }] of index.items.entries()) {
      const own = trained(id);
      for (const [n, value] of said(index, row).entries()) expect(Math.abs(value - own[n])).toBeLessThan(0.01);
    }
  };

  it('has the rows of the head and of the clusters that are loaded, in whatever order they come and go', async () => {
    const bundle = await openBundle(memorySide.fetchFile, undefined, { whole: false });
    const { clusters } = bundle;
    if (!clusters) throw new Error('The bundle has no clusters.');
    const catalog = new LoadedCatalog(bundle);
    const errors: string[] = [];
    const learned = new ClusterLearned(bundle, { error: ({ code }) => errors.push(code) });
    catalog.clusterLearned = learned;
    const load = async (...numbers: number[]): Promise<void> => {
      const parts = await Promise.all(numbers.map((cluster) => clusters.items(cluster)));
      await learned.follow(parts);
      catalog.grow(parts);
    };
    expect(catalog.index.side).toBeNull();
    await load(3, 1);
    const before = catalog.index.items.length;
    expect(before).toBeGreaterThan(bundle.items.length);
    expectTrained(catalog);
    await load(7);
    expect(catalog.index.items.length).toBeGreaterThan(before);
    expectTrained(catalog);
    const items = new Set((await clusters.items(3)).items.slice(2).map(({ id }) => id));
    catalog.keepOnly(items);
    expect(catalog.index.items.length).toBeLessThan(before);
    expectTrained(catalog);
    await load(7, 3);
    expectTrained(catalog);
    const whole = await openBundle(memorySide.fetchFile);
    expect((await whole.side())?.digest).toBe(catalog.index.side?.digest);
    expect(errors).toEqual([]);
  });

  const engineOf = async () => {
    const { port } = host.address() as AddressInfo;
    const errors: string[] = [];
    const engine = await Engine.start(
      { bundle: `http://127.0.0.1:${port}`, consent: 'pending', namespace: 'side', learning: true },
      { change: () => undefined, progress: () => undefined, error: (error) => errors.push(error.code) },
    );
    const loaded = await openBundle(memorySide.fetchFile, undefined, { whole: false });
    const known = new Set(loaded.items.map(({ id }) => id));
    return { engine, errors, outside: ids.filter((id) => !known.has(id)) };
  };

  it('uses it to score items outside the head, and loads only the rows of their clusters', async () => {
    const { engine, errors, outside } = await engineOf();
    await engine.track('click', outside[0], {});
    await engine.settled();
    const { items } = await engine.recommend({ limit: 5 });
    const { contributions } = await engine.explain(items[0].item.id, {});
    expect(Object.keys(contributions)).toContain('sideModel');
    const files = names.filter((name) => name.startsWith('side-'));
    const vectors = names.filter((name) => name.startsWith('features-'));
    // The head's model, the directory, and the rows of each cluster; features exist for clusters and for the head.
    expect(files).toHaveLength(new Set(files).size);
    expect(files.length).toBe(new Set(vectors).size + 1);
    expect(errors).toEqual([]);
    await engine.close();
  });

  it('continues if rows are missing, and reports it', async () => {
    const { engine, errors, outside } = await engineOf();
    await engine.settled();
    lacks = (name) => name.startsWith('side-');
    await engine.track('click', outside[0], {});
    await engine.settled();
    expect((await engine.recommend({ limit: 5 })).items).toHaveLength(5);
    expect(new Set(errors)).toEqual(new Set(['bundle/unreachable']));
    await engine.close();
  });
});

describe('an engine with a catalogue in clusters and a log', () => {
  const COUNT = 1000;
  const memoryLog = memoryBundle();
  let items: Item[];
  let head: Set<string>;
  let host: Server;
  let lacks: (name: string) => boolean;

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
      repeats: {
        share: 0.3,
        interval: 30,
        shares: new Float32Array(COUNT).fill(0.3),
        intervals: new Float32Array(COUNT).fill(30),
      },
    },
  };

  beforeAll(async () => {
    const content = await topicContent({ items: COUNT, topics: 20, dim: 24 });
    const unpopular = content.items.map(({ popularity: _, ...item }) => item);
    await writeBundle({ ...content, items: unpopular }, memoryLog.sink, options);
    ({ items } = await openBundle(memoryLog.fetchFile));
    const before = await openBundle(memoryLog.fetchFile, undefined, { whole: false });
    const trained = await addLearned(await openBundle(memoryLog.fetchFile), LOG, memoryLog.sink);
    await verifyBundle(trained, memoryLog.fetchFile);
    head = new Set((await openBundle(memoryLog.fetchFile, undefined, { whole: false })).items.map(({ id }) => id));
    // The items chosen most often are in the head now.
    expect(head.size).toBeGreaterThan(before.items.length);
    host = createServer(({ url = '' }, response) => {
      const name = url.slice(1);
      const bytes = lacks(name) ? undefined : memoryLog.files.get(name);
      response.writeHead(bytes ? 200 : 404).end(bytes);
    });
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    lacks = () => false;
  });
  afterAll(() => new Promise((resolve) => host.close(resolve)));

  const begin = () => openedEngine(`http://127.0.0.1:${(host.address() as AddressInfo).port}`, { namespace: 'log' });
  const outsideRow = (from: number): number => items.findIndex(({ id }, n) => n >= from && !head.has(id));

  it('shows what sells before any choice, and what is trending', async () => {
    const { engine, codes } = await begin();
    const best = items
      .filter((_, n) => n % 10 === 0)
      .map(({ id }) => id)
      .reverse();
    const first = await engine.recommend({ limit: 5 });
    expect(first.items.map(({ item }) => item.id)).toEqual(best.slice(0, 5));
    await engine.settled();
    const trending = await engine.recommend({ placement: 'trending', limit: 5 });
    expect(trending.items.map(({ item }) => item.id)).toEqual(best.slice(0, 5));
    expect(codes).toEqual([]);
    await engine.close();
  });

  it('completes an item with what was bought with it, wherever that is', async () => {
    const { engine, codes } = await begin();
    await engine.settled();
    const row = outsideRow(0);
    const { items: found } = await engine.recommend({ placement: 'complement', itemId: items[row].id, limit: 3 });
    expect(found[0]).toMatchObject({ source: 'boughtTogether', item: { id: items[half(row)].id } });
    await engine.track('click', items[row].id);
    await engine.settled();
    const next = await engine.explain(items[half(row)].id, {});
    expect(next.contributions.boughtTogether).toBeGreaterThan(0);
    expect(codes).toEqual([]);
    await engine.close();
  });

  it('lists what is due again', async () => {
    const { engine, codes } = await begin();
    const { id } = items[outsideRow(0)];
    const DAY = 24 * 3600 * 1000;
    const now = Date.now();
    const clock = vi.spyOn(Date, 'now').mockReturnValue(now - 30 * DAY);
    try {
      await engine.track('purchase', id, {});
      await engine.settled();
      clock.mockReturnValue(now);
      const again = await engine.recommend({ placement: 'again' });
      expect(again.items.map(({ item }) => item.id)).toEqual([id]);
      expect(codes).toEqual([]);
    } finally {
      clock.mockRestore();
      await engine.close();
    }
  });

  it('continues without files that are missing, reports them, and has their data when they are back', async () => {
    lacks = (name) => /^(companions|demand)-/.test(name);
    const { engine, codes } = await begin();
    await engine.settled();
    const row = outsideRow(0);
    const complement = () => engine.recommend({ placement: 'complement', itemId: items[row].id, limit: 3 });
    expect((await complement()).items).toHaveLength(3);
    expect(new Set(codes)).toEqual(new Set(['bundle/unreachable']));
    lacks = () => false;
    await engine.track('click', items[row].id);
    await engine.settled();
    expect((await complement()).items[0].source).toBe('boughtTogether');
    await engine.close();
  });
});
