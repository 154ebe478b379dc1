import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { clickAll, described, IN_PARTS, idsOf, outsideOf, shardsOf } from '../../../../testing/parts';
import { type ServedShop, serveContent } from '../../../../testing/served-shop';
import { shortenDelays } from '../../../../testing/short-delays';
import { topicContent } from '../../../../testing/topics';
import { type Item, openBundle, openHead, writeBundle } from '../../../core/catalog';
import { ItemTexts } from '../catalog/item-texts';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

describe('an engine with a catalogue of which it loads a part', () => {
  const COUNT = 4000;
  let shop: ServedShop;
  let unloaded: Item[];
  /** Makes every file unreachable until it is called. */
  const unplugged = (): (() => void) => {
    const kept = new Map(shop.files);
    shop.files.clear();
    return () => {
      for (const [name, bytes] of kept) shop.files.set(name, bytes);
    };
  };

  beforeAll(async () => {
    shop = await serveContent(described(await topicContent({ items: COUNT, topics: 50, dim: 24 })), IN_PARTS);
    unloaded = await outsideOf(shop);
    return () => shop.close();
  });
  beforeEach(() => {
    shop.asked.length = 0;
  });

  const start = (given: Parameters<ServedShop['open']>[0] = {}) => shop.open({ consent: 'pending', ...given });

  /** Items of a topic that the head does not have. */
  const about = (topic: number): Item[] => unloaded.filter(({ category }) => category.endsWith(`Topic ${topic}`));

  it('shows a first list from only the head, and reports the size of the shop', async () => {
    const engine = await start();
    const { items } = await engine.recommend({ limit: 8 });
    expect(items).toHaveLength(8);
    expect(items[0].source).toBe('popularity');
    await engine.settled();
    expect(shop.asked.toSorted()).toEqual(
      ['manifest.json', (await openHead(shop.bundle)).manifest.shards.head.file].toSorted(),
    );
    expect((await engine.status()).items).toBe(COUNT);
    expect((await engine.categories()).find(({ category }) => category === 'Group 1')?.count).toBeGreaterThan(50);
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('learns choices of items that were not loaded, and then recommends similar items from the whole catalogue', async () => {
    const engine = await start();
    const chosen = about(7).slice(0, 2);
    expect(await engine.getItem(chosen[0].id)).toEqual(chosen[0]);
    await clickAll(engine, chosen);
    const { items } = await engine.recommend({ limit: 8 });
    expect(items.filter(({ item }) => item.category === chosen[0].category).length).toBeGreaterThanOrEqual(5);
    expect(items[0].source).toBe('personal');
    expect(items.map(({ reason }) => reason).join()).toContain('“Item');
    const { manifest } = await openHead(shop.bundle);
    expect(new Set(shardsOf(shop.asked)).size).toBeLessThan(0.7 * manifest.shards.count);
    expect((await engine.status()).events).toBe(2);
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('lists nearly the same as an engine with the whole catalogue', async () => {
    const content = described(await topicContent({ items: COUNT, topics: 50, dim: 24 }));
    const whole = await serveContent(content, { whole: true });
    const every = content.items.map(({ id }) => id);
    const [lists, loaded]: [string[][], Set<string>[]] = [[], []];
    for (const engine of [await start(), await whole.open({ consent: 'pending' })]) {
      await clickAll(engine, [...about(9).slice(0, 2), ...about(21).slice(0, 2)]);
      lists.push(await idsOf(engine, { limit: 30 }));
      loaded.push(new Set(await engine.loaded(every)));
      await engine.close();
    }
    const [some, all] = lists;
    expect(loaded[0].size).toBeLessThan(loaded[1].size);
    expect(all.filter((id) => loaded[0].has(id)).length).toBeGreaterThanOrEqual(28);
    // Experts learn a little different from fewer items.
    expect(all.filter((id) => some.includes(id)).length).toBeGreaterThanOrEqual(24);
    expect([...shop.codes, ...whole.codes]).toEqual([]);
    await whole.close();
  });

  it('loads more with every choice', async () => {
    const loaded: number[] = [];
    for (const choices of [1, 5]) {
      shop.asked.length = 0;
      const engine = await start();
      await clickAll(engine, about(8).slice(0, choices));
      loaded.push(new Set(shardsOf(shop.asked)).size);
      await engine.close();
    }
    expect(loaded[1]).toBeGreaterThan(loaded[0]);
  });

  it('learns events of items in more shards than it loads at once', async () => {
    const engine = await start();
    const chosen = Array.from({ length: 20 }, (_, topic) => about(topic)[0]);
    await clickAll(engine, chosen);
    expect((await engine.status()).events).toBe(20);
    const profile = await engine.exportProfile();
    await engine.close();
    const other = await start();
    expect(await other.importProfile(profile, { merge: true })).toMatchObject({ added: 20, exact: true });
    expect((await other.status()).events).toBe(20);
    expect(shop.codes).toEqual([]);
    await other.close();
  });

  it('loads no shard twice', async () => {
    const engine = await start();
    await clickAll(engine, [...about(3).slice(0, 2), ...about(4).slice(0, 2)]);
    await idsOf(engine, { placement: 'similar', itemId: about(3)[5].id });
    const shards = shardsOf(shop.asked);
    expect(shards).toHaveLength(new Set(shards).size);
    await engine.close();
  });

  it('finds items similar to an item that it did not load', async () => {
    const engine = await start();
    const [item] = about(11);
    const { items } = await engine.recommend({ placement: 'similar', itemId: item.id, limit: 6 });
    expect(items.map(({ item: { category } }) => category)).toEqual(new Array(6).fill(item.category));
    await engine.close();
  });

  it('explains an item that it did not load', async () => {
    const engine = await start();
    const [wanted] = about(3);
    expect((await engine.explain(wanted.id)).item).toEqual(wanted);
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('loads the first items of a list of the shop for a known shopper, and continues without them', async () => {
    const engine = await start();
    const [liked, other] = [about(7), about(12)];
    const ids = [...other.slice(0, 20), ...liked.slice(2, 22)].map(({ id }) => id);
    shop.asked.length = 0;
    expect((await engine.rerank([...ids, 'x'], {})).ids).toEqual([...ids, 'x']);
    expect(shop.asked).toEqual([]);
    await clickAll(engine, liked.slice(0, 2));
    const { ids: ordered } = await engine.rerank([...ids, 'x'], {});
    expect(ordered.toSorted()).toEqual([...ids, 'x'].toSorted());
    expect(ordered.at(-1)).toBe('x');
    const first = new Set(ordered.slice(0, 20));
    expect(liked.filter(({ id }) => first.has(id)).length).toBeGreaterThan(15);
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('keeps the order of a list of the shop whose items it cannot load', async () => {
    const engine = await start();
    await engine.track('click', (await idsOf(engine))[0], {});
    await engine.settled();
    const restore = unplugged();
    const far = about(30).map(({ id }) => id);
    expect((await engine.rerank(['nobody knows it', ...far], {})).ids).toContain('nobody knows it');
    expect(new Set(shop.codes)).toEqual(new Set(['bundle/unreachable']));
    restore();
    await engine.close();
  });

  it('finds items similar to several items, and to the cart, that it did not load', async () => {
    const engine = await start();
    const items = [12, 17, 23].map((topic) => about(topic)[0]);
    const itemId = items.map(({ id }) => id);
    const list = await engine.recommend({ placement: 'similar', itemId: [...itemId, 'no such item'], limit: 30 });
    const expected = new Set(items.map(({ category }) => category));
    expect(new Set(list.items.map(({ item }) => item.category))).toEqual(expected);
    expect(list.items.map(({ item }) => item.id).filter((id) => itemId.includes(id))).toEqual([]);
    const [inCart] = about(31);
    await engine.track('cart', inCart.id, {});
    // The item has to be loaded first.
    await engine.settled();
    const cart = await engine.recommend({ placement: 'similar', cart: true, limit: 4 });
    expect(cart.items.map(({ item }) => item.category)).toEqual(new Array(4).fill(inCart.category));
    await expect(engine.recommend({ placement: 'similar', itemId: ['none', 'either'] })).rejects.toMatchObject({
      code: 'runtime/unknown-item',
    });
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('loads a bounded part of the catalogue for a hundred items', async () => {
    const engine = await start();
    const every = unloaded.filter((_, n) => n % 38 === 0).slice(0, 100);
    expect(every).toHaveLength(100);
    shop.asked.length = 0;
    const itemId = every.map(({ id }) => id);
    expect((await engine.recommend({ placement: 'similar', itemId, limit: 8 })).items).toHaveLength(8);
    // 10 shards of the items themselves, and 3 around each of 5.
    expect(shardsOf(shop.asked).length).toBeLessThanOrEqual(25);
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('keeps an event of an item that the shop lacks, reports it, and does not learn it', async () => {
    const engine = await start();
    await engine.track('click', 'no such item', {});
    await engine.settled();
    expect(shop.codes).toEqual(['runtime/unknown-item']);
    expect((await engine.status()).events).toBe(0);
    await clickAll(engine, about(3).slice(0, 1));
    expect((await engine.status()).events).toBe(1);
    await expect(engine.recommend({ placement: 'similar', itemId: 'no such item' })).rejects.toMatchObject({
      code: 'runtime/unknown-item',
    });
    expect(await engine.getItem('no such item')).toBeNull();
    await engine.close();
  });

  it('continues with its loaded data when the files of an old bundle are gone, and reports it', async () => {
    const engine = await start();
    const [item] = about(5);
    const [first] = await idsOf(engine);
    const restore = unplugged();
    await expect(engine.recommend({ placement: 'similar', itemId: item.id })).rejects.toMatchObject({
      code: 'bundle/unreachable',
    });
    await engine.track('click', first, {});
    await engine.settled();
    expect(await idsOf(engine)).not.toEqual([]);
    expect(new Set(shop.codes)).toEqual(new Set(['bundle/unreachable']));
    // With the next choice, it is tried again.
    restore();
    await clickAll(engine, [item]);
    const { items } = await engine.recommend({ placement: 'similar', itemId: item.id, limit: 4 });
    expect(items.map(({ item: { category } }) => category)).toEqual(new Array(4).fill(item.category));
    expect((await engine.status()).events).toBe(2);
    await engine.close();
  });

  it('lists what it has if a shard is torn or missing, reports it, and loads it with the next choice', async () => {
    const { items, shardOf, shards } = await openBundle(shop.bundle);
    const chosen = about(14);
    const place = items.findIndex(({ id }) => id === chosen[0].id);
    const { file } = (await shards.allFiles())[shardOf[place]];
    const sound = shop.files.get(file) ?? new Uint8Array();
    const others = new Set(unloaded.map(({ id }) => id));
    const inShard = new Set(
      items.filter(({ id }, n) => shardOf[n] === shardOf[place] && others.has(id)).map(({ id }) => id),
    );
    const [other, later] = chosen.filter(({ id }) => !inShard.has(id));
    for (const [damaged, code] of [
      [sound.slice(0, sound.length / 2), 'bundle/digest-mismatch'],
      [null, 'bundle/unreachable'],
    ] as const) {
      if (damaged) shop.files.set(file, damaged);
      else shop.files.delete(file);
      const engine = await start();
      await clickAll(engine, [other]);
      const list = await idsOf(engine, { limit: 40 });
      expect(list).toHaveLength(40);
      expect(list.filter((id) => inShard.has(id))).toEqual([]);
      expect(new Set(shop.codes)).toEqual(new Set([code]));
      await expect(engine.recommend({ placement: 'similar', itemId: chosen[0].id })).rejects.toMatchObject({ code });
      shop.files.set(file, sound);
      await clickAll(engine, [later]);
      expect((await idsOf(engine, { limit: 60 })).filter((id) => inShard.has(id))).not.toEqual([]);
      await engine.close();
    }
  });

  it('continues a saved profile, and reloads its past items', async () => {
    const first = await start();
    const chosen = about(3).slice(0, 2);
    await clickAll(first, chosen);
    const profile = await first.exportProfile();
    await first.close();
    const engine = await start();
    await engine.importProfile(profile);
    await engine.settled();
    const { items } = await engine.recommend({ limit: 6 });
    expect(items.filter(({ item }) => item.category === chosen[0].category).length).toBeGreaterThanOrEqual(4);
    expect((await engine.status()).events).toBe(2);
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('knows the cart of a saved profile that many later choices followed', async () => {
    const first = await start();
    const [inCart] = about(31);
    await first.track('cart', inCart.id, {});
    for (let n = 0; n < 50; n++) {
      const { items } = await first.browse({ offset: n, limit: 1 });
      await first.track('view', items[0].id, {});
    }
    const profile = await first.exportProfile();
    await first.close();
    const engine = await start();
    await engine.importProfile(profile);
    await engine.settled();
    const { items } = await engine.recommend({ placement: 'similar', cart: true, limit: 4 });
    expect(items.map(({ item }) => item.category)).toEqual(new Array(4).fill(inCart.category));
    await engine.close();
  });

  it("makes a returning shopper's first list from the best shards, and loads more only after the next choice", async () => {
    const first = await start({ consent: 'granted', namespace: 'returning' });
    const topics = [3, 8, 15, 22, 29, 36].map(about);
    for (const items of topics) await clickAll(first, items.slice(0, 2));
    await first.close();
    shop.asked.length = 0;
    const engine = await start({ consent: undefined, namespace: 'returning' });
    const { items } = await engine.recommend({ limit: 8 });
    expect(items[0].source).toBe('personal');
    const likely = new Set(topics.map(([{ category }]) => category));
    expect(items.filter(({ item }) => likely.has(item.category)).length).toBeGreaterThanOrEqual(6);
    const before = new Set(shardsOf(shop.asked)).size;
    await engine.settled();
    expect(new Set(shardsOf(shop.asked)).size).toBe(before);
    expect(await idsOf(engine, { limit: 8 })).toEqual(items.map(({ item }) => item.id));
    await clickAll(engine, topics[0].slice(2, 3));
    expect(new Set(shardsOf(shop.asked)).size).toBeGreaterThan(before);
    expect((await engine.status()).events).toBe(13);
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('does not keep a returning shopper waiting for shards that do not arrive, and does without those that fail', async () => {
    const first = await start({ consent: 'granted', namespace: 'waiting' });
    const [chosen] = (await first.recommend({ limit: 1 })).items;
    await first.track('click', chosen.item.id, {});
    await first.close();
    const answer = shop.hold('shard-');
    shortenDelays(3000);
    const engine = await start({ consent: undefined, namespace: 'waiting' });
    expect(await idsOf(engine, { limit: 8 })).toHaveLength(8);
    answer(true);
    await engine.close();
    const again = await start({ consent: undefined, namespace: 'waiting' });
    expect(await idsOf(again, { limit: 8 })).toHaveLength(8);
    expect(shop.codes).toContain('bundle/unreachable');
    answer();
    await again.close();
    vi.unstubAllGlobals();
  });

  describe('that is replaced', () => {
    let kept: Map<string, Uint8Array>;
    beforeEach(async () => {
      kept = new Map(shop.files);
    });
    const replace = async () => {
      const content = await topicContent({ items: COUNT, topics: 50, dim: 24, seed: 2 });
      return writeBundle(content, shop.sink, { ...IN_PARTS, previous: await openBundle(shop.bundle) });
    };
    const restore = (): void => {
      for (const [name, bytes] of kept) shop.files.set(name, bytes);
    };

    it('uses the previous bundle while the next one is only partly uploaded, and reports it', async () => {
      const before = new Set((await openHead(shop.bundle)).head.items.map(({ id }) => id));
      const next = await replace();
      shop.files.delete(next.shards.head.file);
      const engine = await start();
      const { items } = await engine.recommend({ limit: 100 });
      await engine.settled();
      expect(shop.codes).toEqual(['bundle/incomplete']);
      const known = items.find(({ item }) => before.has(item.id));
      const similar = await engine.recommend({ placement: 'similar', itemId: known?.item.id });
      expect(similar.items[0].source).toBe('content');
      await engine.close();
      restore();
    });

    it('continues on an open page with the files of its own bundle', async () => {
      const engine = await start();
      await clickAll(engine, about(7).slice(0, 1));
      await replace();
      await clickAll(engine, about(19).slice(0, 2));
      const { items } = await engine.recommend({ limit: 8 });
      expect(items.map(({ item }) => item.category)).toContain(about(19)[0].category);
      expect(await engine.getItem(about(25)[0].id)).toEqual(about(25)[0]);
      expect(shop.codes).toEqual([]);
      await engine.close();
      restore();
    });
  });
});

describe('an engine with a catalogue that does not fit into memory', () => {
  it('evicts the shards that were not needed for longest, and loads them again', async () => {
    const shop = await serveContent(await topicContent({ items: 7000, topics: 60, dim: 24 }), IN_PARTS);
    const outside = await outsideOf(shop);
    const topics = Array.from({ length: 60 }, (_, topic) =>
      outside.filter(({ category }) => category.endsWith(`Topic ${topic}`)),
    );
    const engine = await shop.open({ consent: 'pending' });
    for (const items of topics.slice(0, 18)) await engine.track('click', items[0].id, {});
    await engine.settled();
    for (const items of topics.slice(20, 32)) {
      const ids = items.slice(0, 40).map(({ id }) => id);
      expect((await engine.rerank(ids, {})).ids.toSorted()).toEqual(ids.toSorted());
    }
    await clickAll(engine, topics[0].slice(1, 3));
    const shards = shardsOf(shop.asked);
    expect(shards.length).toBeGreaterThan(new Set(shards).size);
    const { items } = await engine.recommend({ limit: 8 });
    expect(items.map(({ item }) => item.category)).toContain(topics[0][0].category);
    expect(shop.codes).toEqual([]);
    await engine.close();
    await shop.close();
  });
});

describe('an engine with several languages and a part of its catalogue', () => {
  let shop: ServedShop;
  beforeAll(async () => {
    const content = await topicContent({ items: 2000, topics: 20, dim: 24 });
    const locales = [{ tag: 'de', texts: content.items.map(({ title }) => ({ title: `DE ${title}` })) }];
    shop = await serveContent({ ...content, language: 'en', locales }, IN_PARTS);
    return () => shop.close();
  });

  it('loads only the texts of its loaded shards', async () => {
    const [outside] = await outsideOf(shop);
    shop.asked.length = 0;
    const engine = await shop.open({ consent: 'pending', lang: 'de' });
    const german = async (request = {}): Promise<boolean[]> =>
      (await engine.recommend({ limit: 20, ...request })).items.map(({ item }) => item.title.startsWith('DE '));
    const loaded = (stem: string): number => shop.asked.filter((name) => name.startsWith(`${stem}-`)).length;
    expect(await german()).not.toContain(false);
    expect([loaded('texts'), loaded('shard')]).toEqual([1, 0]);
    expect((await engine.getItem(outside.id))?.title).toBe(`DE ${outside.title}`);
    expect((await engine.getItem(outside.id, 'en'))?.title).toBe(outside.title);
    await clickAll(engine, [outside]);
    expect(await german({ placement: 'similar', itemId: outside.id })).not.toContain(false);
    // As many files of texts as of items, plus the head's.
    expect(loaded('texts')).toBeLessThanOrEqual(loaded('shard') + 1);
    expect(loaded('texts')).toBeGreaterThan(1);
    expect(await german({ lang: 'en' })).not.toContain(true);
    expect(shop.codes).toEqual([]);
    await engine.close();
  });

  it('asks for the texts of a shard once, however many lists wait for them', async () => {
    const opened = await openHead(shop.bundle);
    const texts = new ItemTexts(opened, 'de', (thrown) => expect.fail(String(thrown)));
    await texts.in();
    shop.asked.length = 0;
    const shard = await opened.shards.read(opened.shards.count - 1);
    const [shown] = await Promise.all([texts.follow([shard]).then(() => texts.in()), texts.in(), texts.follow([])]);
    expect(shop.asked.filter((name) => name.startsWith('texts-'))).toHaveLength(1);
    expect(shown(shard.items[0]).title).toBe(`DE ${shard.items[0].title}`);
  });
});
