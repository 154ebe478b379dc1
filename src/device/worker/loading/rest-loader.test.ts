import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { last, type ServedShop, serveContent, serveShop } from '../../../../testing/served-shop';
import { sideModel } from '../../../../testing/side-models';
import { topicContent } from '../../../../testing/topics';
import { type Item, openHead } from '../../../core/catalog';
import type { Engine } from '../engine';

let shop: ServedShop;
/** Answers the requests for shards. */
let release: (fails?: boolean) => void;
let open: Engine[] = [];

beforeAll(async () => {
  shop = await serveShop();
  return () => shop.close();
});
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  release = shop.hold('shard-');
});
afterEach(async () => {
  release();
  for (const engine of open) await engine.close();
  open = [];
});

async function start(given: Parameters<ServedShop['open']>[0] = {}): Promise<Engine> {
  const engine = await shop.open(given);
  open.push(engine);
  return engine;
}

const listOf = async (engine: Engine): Promise<string[]> =>
  (await engine.recommend({})).items.map(({ item }) => item.id);

/** Whether a promise is settled after some turns of the event loop, which is enough for all work without the network. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  const late = new Promise((resolve) => setTimeout(resolve, 150, 'late'));
  return (await Promise.race([promise.then(() => 'settled'), late])) === 'settled';
}

describe('while the rest of the bundle is on its way', () => {
  it('the first list is available, and equals the list with all items', async () => {
    const engine = await start();
    const first = await listOf(engine);
    release();
    await engine.settled();
    expect(await listOf(engine)).toEqual(first);
    expect(shop.codes).toEqual([]);
  });

  it('lists about an item wait for them, and so do lists that must be diverse', async () => {
    const engine = await start();
    const similar = engine.recommend({ itemId: 'a', placement: 'similar' });
    const diverse = engine.recommend({ diversity: 0.5 });
    expect(await settles(similar)).toBe(false);
    expect(await settles(diverse)).toBe(false);
    release();
    expect((await similar).items[0].source).toBe('content');
    expect((await diverse).items.length).toBeGreaterThan(0);
  });

  it('an event is in the log at once; it is learned, and in the next list, once they are there', async () => {
    const engine = await start();
    await engine.track('click', 'd', {});
    expect(await last()).toMatchObject({ type: 'click', itemId: 'd' });
    const list = engine.recommend({});
    expect(await settles(list)).toBe(false);
    release();
    expect((await list).items[0].source).toBe('personal');
    expect((await engine.status()).events).toBe(1);
  });

  it('a returning shopper gets only their own list', async () => {
    release();
    const before = await start();
    for (const id of 'fefe') await before.track('click', id, {});
    await before.settled();
    const own = await listOf(before);
    await before.close();
    open = [];

    release = shop.hold('shard-');
    const engine = await start({ consent: undefined });
    const list = listOf(engine);
    expect(await settles(list)).toBe(false);
    release();
    expect(await list).toEqual(own);
  });

  it('a denial and a forget() erase at once, and nothing earlier is learned later', async () => {
    const denied = await start();
    await denied.track('click', 'd', {});
    await denied.consent('denied');
    expect(await indexedDB.databases()).toEqual([]);
    const forgotten = await start({ consent: 'granted', namespace: 'other' });
    await forgotten.track('click', 'd', {});
    await forgotten.forget();
    expect(await indexedDB.databases()).toEqual([]);
    release();
    for (const engine of [denied, forgotten]) {
      await engine.settled();
      expect(await engine.status()).toMatchObject({ events: 0, lastUpdate: null });
    }
  });

  it('consent moves tracked events to the device, where they are learned', async () => {
    const engine = await start({ consent: 'pending' });
    await engine.track('click', 'd', {});
    await engine.consent('granted');
    expect(await last()).toMatchObject({ itemId: 'd' });
    release();
    await engine.settled();
    expect(await engine.status()).toMatchObject({ consent: 'granted', events: 1 });
  });

  it('an import is kept, and learned from after it', async () => {
    release();
    const source = await start({ consent: 'pending', namespace: 'source' });
    for (const id of 'fefe') await source.track('click', id, {});
    const file = await source.exportProfile();

    release = shop.hold('shard-');
    const engine = await start();
    await engine.importProfile(file);
    await engine.track('click', 'f', {});
    release();
    await engine.settled();
    expect(await engine.status()).toMatchObject({ events: 5 });
    await engine.close();
    open.pop();
    expect(await (await start({ consent: undefined })).status()).toMatchObject({ events: 5 });
  });

  it('an export waits for them', async () => {
    const engine = await start();
    await engine.track('click', 'd', {});
    const exported = engine.exportProfile();
    expect(await settles(exported)).toBe(false);
    release();
    const other = await start({ consent: 'pending', namespace: 'other' });
    await other.importProfile(await exported);
    expect(await other.status()).toMatchObject({ events: 1 });
  });

  it('a second tab that has them writes the profile, and this tab continues from it', async () => {
    const slow = await start();
    await slow.track('click', 'd', {});
    release();
    const fast = await start({ consent: undefined });
    await fast.track('click', 'e', {});
    await fast.settled();
    await slow.settled();
    await vi.waitFor(async () => expect(await slow.status()).toMatchObject({ events: 2 }));
    expect(await fast.status()).toMatchObject({ events: 2 });
  });

  it('a page that closes ends without them', async () => {
    const engine = await start();
    const closing = engine.close();
    release();
    await closing;
    open = [];
  });
});

describe('a rest that does not arrive', () => {
  it('is reported once, lists continue by popularity, and loading is tried again', async () => {
    const engine = await start();
    release(true);
    await engine.track('click', 'd', {});
    const { items } = await engine.recommend({});
    expect(items[0].source).toBe('popularity');
    expect(shop.codes).toEqual(['bundle/unreachable']);
    await expect(engine.exportProfile()).rejects.toMatchObject({ code: 'bundle/unreachable' });
    expect(await last()).toMatchObject({ itemId: 'd' });
    release();
    await vi.waitFor(async () => expect((await engine.recommend({})).items[0].source).toBe('personal'), 8000);
    expect(await engine.status()).toMatchObject({ events: 1 });
    expect(shop.codes).toEqual(['bundle/unreachable']);
  });
});

describe('a trained shop with more items than its head', () => {
  const COUNT = 400;
  let large: ServedShop;
  let items: Item[];
  /** Items that the head does not have. */
  let outside: Item[];
  beforeAll(async () => {
    const content = await topicContent({ items: COUNT, topics: 20 });
    const learned = { side: { model: sideModel(COUNT, 4), weights: { sideModel: 1 } } };
    large = await serveContent(content, { whole: true, shardItems: 32, learned });
    ({ items } = content);
    const { head } = await openHead(large.bundle);
    const first = new Set(head.items.map(({ id }) => id));
    outside = items.filter(({ id }) => !first.has(id));
    return () => large.close();
  });
  beforeEach(() => {
    release = large.hold('shard-');
  });

  const begin = async (given: Parameters<ServedShop['open']>[0] = {}): Promise<Engine> => {
    const engine = await large.open(given);
    open.push(engine);
    return engine;
  };

  it('has a first list that stays the same when all items are loaded', async () => {
    const engine = await begin();
    const first = await listOf(engine);
    release();
    await engine.settled();
    expect((await engine.browse({ limit: 0 })).total).toBe(COUNT);
    expect(await listOf(engine)).toEqual(first);
    expect(large.codes).toEqual([]);
  });

  it('keeps an event of an item that is not there yet, and learns it once it is', async () => {
    const engine = await begin();
    await engine.track('click', outside[0].id, {});
    expect(await last()).toMatchObject({ itemId: outside[0].id });
    const list = engine.recommend({});
    expect(await settles(list)).toBe(false);
    release();
    expect((await list).items[0].source).toBe('personal');
    expect((await engine.status()).events).toBe(1);
    expect(large.codes).toEqual([]);
  });

  it('keeps it without calling it unknown if the rest does not arrive, and learns it when it does', async () => {
    const engine = await begin();
    release(true);
    await engine.track('click', outside[0].id, {});
    await engine.settled();
    expect((await listOf(engine)).length).toBeGreaterThan(0);
    expect(large.codes).toEqual(['bundle/unreachable']);
    release();
    await vi.waitFor(async () => expect(await engine.status()).toMatchObject({ events: 1 }), 8000);
    expect(large.codes).toEqual(['bundle/unreachable']);
  });

  it('reports an unknown item once the rest is there', async () => {
    const engine = await begin();
    await engine.track('click', 'no such item', {});
    expect(large.codes).toEqual([]);
    release();
    await engine.settled();
    expect(large.codes).toEqual(['runtime/unknown-item']);
  });

  it('is browsed in the order of the feed', async () => {
    release();
    const engine = await begin();
    const { items: all, total } = await engine.browse({ limit: COUNT });
    expect(all.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
    expect(total).toBe(COUNT);
  });

  it('lists what the head has while a shard is torn, and reports it', async () => {
    release();
    const { file } = (await (await openHead(large.bundle)).shards.allFiles())[3];
    const sound = large.files.get(file) ?? new Uint8Array();
    large.files.set(file, sound.slice(0, sound.length / 2));
    const engine = await begin();
    await engine.track('click', outside[0].id, {});
    expect(await listOf(engine)).not.toEqual([]);
    expect(large.codes).toEqual(['bundle/digest-mismatch']);
    large.files.set(file, sound);
    await vi.waitFor(async () => expect(await engine.status()).toMatchObject({ events: 1 }), 8000);
  });
});
