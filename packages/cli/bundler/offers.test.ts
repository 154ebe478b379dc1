import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Item,
  inventory,
  MANIFEST_FILE,
  openBundle,
  openHead,
  verifyBundle,
  writeBundle,
} from '../../../src/core/catalog';
import {
  decodeOffers,
  encodeOffers,
  fetchOffers,
  type MarketOffers,
  type Offer,
  offersFile,
} from '../../../src/core/catalog/offers';
import type { SidestreamError } from '../../../src/error';
import { bundleContent, makeItem } from '../../../testing/bundles';
import { storeLearned } from '../training';
import { folderFetch, folderSink, removeStale } from './folder-bundle';
import { keptOffers, type OffersRequest, removeOffers, writeOffers } from './offers';

const ITEMS: Item[] = [
  makeItem('a', { price: 10 }),
  makeItem('b', { price: 20, listPrice: 25, quantity: 3 }),
  makeItem('c', { price: 30, availability: 'out-of-stock' }),
  makeItem('d'),
];
const meter = { start: () => undefined, advance: () => undefined, stop: () => undefined };
let folder: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  out = join(folder, 'bundle');
  await writeBundle(await bundleContent(ITEMS), await folderSink(out));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes the offers of a feed. */
async function write(text: string, more: Partial<OffersRequest> = {}) {
  const path = join(folder, 'feed.csv');
  await writeFile(path, text);
  return writeOffers({ feed: [path], out, meter, ...more });
}
const lines = (...rows: string[]): string => `${rows.join('\n')}\n`;
async function stored(market?: string): Promise<Offer[]> {
  const { manifest } = await openBundle(folderFetch(out));
  return (await fetchOffers(folderFetch(out), manifest, market)).offers;
}
const byId = (offers: readonly Offer[]): Offer[] => offers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
/** A feed that agrees with the bundle. */
const SAME = lines(
  'id,title,price,list price,availability,quantity',
  'a,A,10,,in stock,',
  'b,B,20,25,in stock,3',
  'c,C,30,,out of stock,',
  'd,D,,,in stock,',
);

describe('the offers of the default market', () => {
  it('are absent if the feed agrees with the bundle', async () => {
    expect(await write(SAME)).toMatchObject({ offers: 0, items: 4, unknown: 0, missing: 0, changed: true });
    expect(await stored()).toEqual([]);
    expect((await openBundle(folderFetch(out))).manifest.offers).toEqual(['default']);
  });

  it("have the feed's currency, if it is one", async () => {
    const currencies: (string | undefined)[] = [];
    for (const rows of [
      ['a,8 EUR', 'b,auf Anfrage'],
      ['a,8 EUR', 'b,9 USD'],
      ['a,8', 'b,9'],
    ]) {
      await write(lines('id,price', ...rows));
      const { manifest } = await openBundle(folderFetch(out));
      currencies.push((await fetchOffers(folderFetch(out), manifest)).currency);
    }
    expect(currencies).toEqual(['EUR', undefined, undefined]);
  });

  it('contain only the differences, with null if the feed no longer has a value', async () => {
    const result = await write(
      lines(
        'id,title,price,list price,availability,quantity',
        'a,A,8.50,10,in stock,',
        'b,B,25,,in stock,',
        'c,C,30,,in stock,',
        'd,D,5,,preorder,',
        'new,N,1,,in stock,4',
      ),
      { currency: 'EUR' },
    );
    expect(result).toMatchObject({ offers: 4, unknown: 1, missing: 0 });
    expect(await stored()).toEqual([
      { id: 'a', price: 8.5, listPrice: 10 },
      { id: 'b', price: 25, listPrice: null, quantity: null },
      { id: 'c', availability: 'in-stock' },
      { id: 'd', price: 5, listPrice: null, availability: 'preorder' },
    ]);
  });

  it('may come from a feed of only ids and stock, which leaves prices unchanged', async () => {
    await write(lines('sku;stock', 'a;0', 'b;7'));
    expect(await stored()).toEqual([
      { id: 'a', quantity: 0 },
      { id: 'b', quantity: 7 },
    ]);
  });

  it('have no list price of the bundle beside another price, if the feed has no list prices', async () => {
    await write(lines('id,price', 'a,10', 'b,22'));
    expect(await stored()).toEqual([{ id: 'b', price: 22, listPrice: null }]);
    await write(lines('id,price', 'a,10', 'b,20'));
    expect(await stored()).toEqual([]);
  });

  it('leave items that the feed lacks unchanged, or mark them as sold out', async () => {
    const feed = lines('id,price', 'a,10', 'd,1 or 2');
    expect(await write(feed)).toMatchObject({ missing: 2, rejectedRows: 1, offers: 0 });
    expect(await write(feed, { missing: 'out-of-stock' })).toMatchObject({ missing: 2, offers: 1 });
    // c is already sold out; d has a row, although an invalid one.
    expect(await stored()).toEqual([{ id: 'b', availability: 'out-of-stock' }]);
  });

  it('mark items as sold out that the feed marks as unpublished', async () => {
    const feed = lines('id,price,status', 'a,10,active', 'b,20,draft', 'c,30,draft', 'new,1,draft');
    expect(await write(feed)).toMatchObject({ missing: 1, unpublished: 2, unknown: 0, offers: 1 });
    expect(await stored()).toEqual([{ id: 'b', availability: 'out-of-stock' }]);
  });

  it('do not rewrite a file that is up to date, and stay unchanged after an error', async () => {
    const { file } = await write(lines('id,price', 'a,9'));
    const before = await stat(file);
    expect(await write(lines('id,price', 'a,9'))).toMatchObject({ changed: false, offers: 1 });
    expect((await stat(file)).mtimeMs).toBe(before.mtimeMs);
    await expect(write(lines('id,price', 'a,1 or 2'))).rejects.toMatchObject({ code: 'catalog/empty' });
    await expect(write(lines('id,name', 'a,A'))).rejects.toMatchObject({
      code: 'catalog/empty',
      message: expect.stringContaining('neither price nor stock'),
    });
    await expect(write(lines('id,price', 'a,1', 'b,1 or 2'), { strict: true })).rejects.toMatchObject({
      code: 'catalog/refused',
    });
    await expect(write(lines('id,price', 'a,1'), { out: join(folder, 'none') })).rejects.toMatchObject({
      code: 'bundle/unreachable',
    });
    expect(await stored()).toEqual([{ id: 'a', price: 9, listPrice: null }]);
    expect((await readdir(out)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('the offers of another market', () => {
  it("contain everything in the feed, since the bundle's prices are not this market's; missing items are sold out", async () => {
    await write(lines('id,price', 'a,9'));
    const result = await write(lines('id,price', 'a,10', 'b,19'), { market: 'ch', currency: 'CHF' });
    expect(result.file.endsWith('offers-ch.json')).toBe(true);
    expect(await stored('ch')).toEqual([
      { id: 'a', price: 10, listPrice: null },
      { id: 'b', price: 19, listPrice: null },
      { id: 'c', price: null, listPrice: null, availability: 'out-of-stock' },
      { id: 'd', price: null, listPrice: null, availability: 'out-of-stock' },
    ]);
    await write(lines('id,price', 'a,10', 'b,1 or 2'), { market: 'ch' });
    expect((await stored('ch'))[1]).toEqual({
      id: 'b',
      price: null,
      listPrice: null,
      availability: 'out-of-stock',
    });
    await write(lines('id,price', 'a,10', 'b,19'), { market: 'ch', missing: 'keep' });
    expect(await stored('ch')).toHaveLength(2);
    expect(await stored()).toEqual([{ id: 'a', price: 9, listPrice: null }]);
    await removeOffers(out);
    expect((await openBundle(folderFetch(out))).manifest.offers).toEqual(['ch']);
    expect(await readdir(out)).not.toContain('offers.json');
    await removeOffers(out, 'ch');
    expect((await openBundle(folderFetch(out))).manifest.offers).toBeUndefined();
  });
});

describe('a bundle of many shards', () => {
  it('gets its offers', async () => {
    const items = Array.from({ length: 300 }, (_, n) => makeItem(`p${n}`, { price: n }));
    const content = await bundleContent(items);
    out = join(folder, 'large');
    const { shards } = await writeBundle(content, await folderSink(out), { shardItems: 2, whole: true });
    expect(shards.count).toBeGreaterThan(100);
    await write(lines('id,price', ...items.map(({ id }, n) => `${id},${n === 123 ? 5 : n}`)));
    expect(await stored()).toEqual([{ id: 'p123', price: 5, listPrice: null }]);
    expect(await partNames()).toEqual([]);
  });
});

/** Names of the files with the offers of shards. */
const partNames = async (): Promise<string[]> =>
  (await readdir(out)).filter((name) => /^offers-[0-9a-f]{16}\.bin$/.test(name)).sort();
const indexOf = async (market = 'default') => {
  const bytes = await readFile(join(out, offersFile(market)));
  return decodeOffers(new Uint8Array(bytes).buffer, market);
};

describe('a bundle of which pages load parts', () => {
  const many = Array.from({ length: 200 }, (_, n) =>
    makeItem(`p${n}`, { price: n + 1, category: `c${n % 20}`, popularity: n }),
  );
  /** A feed with other prices for some products. */
  const feedOf = (price: (n: number) => number): string =>
    lines('id,price', ...many.map(({ id }, n) => `${id},${price(n)}`));
  const inShards = { shardItems: 8, whole: false };
  beforeEach(async () => {
    out = join(folder, 'parts');
    await writeBundle(await bundleContent(many), await folderSink(out), inShards);
  });

  it('has its offers in files of the shards, and in the index only those of the head', async () => {
    await write(feedOf((n) => (n < 60 ? 9000 + n : n + 1)));
    const { manifest } = await openBundle(folderFetch(out));
    await verifyBundle(manifest, folderFetch(out));
    expect((await stored()).map(({ id }) => id).sort()).toEqual(many.flatMap(({ id }, n) => (n < 60 ? id : [])).sort());
    const head = new Set((await openHead(folderFetch(out))).head.items.map(({ id }) => id));
    const { offers, shards } = await indexOf();
    expect([offers, shards?.length]).toEqual([[], 1]);
    const first = (shards?.[0].head ?? []).map(({ id }) => id).sort();
    expect(first).toEqual(
      (await stored())
        .map(({ id }) => id)
        .filter((id) => head.has(id))
        .sort(),
    );
    expect(first.length).toBeGreaterThan(5);
    const files = await inventory(manifest, folderFetch(out));
    expect(files.map(({ file }) => file)).toEqual(expect.arrayContaining(await partNames()));
  });

  it('keeps the names of unchanged files; files of the replaced offers stay until the next run', async () => {
    const runs: string[][] = [];
    for (const price of [9000, 9001, 9002]) {
      const result = await write(feedOf((n) => (n === 3 ? price : n % 10 === 0 ? 8000 : n + 1)));
      expect(result).toMatchObject({ changed: true, offers: 21 });
      runs.push(await partNames());
    }
    expect(runs.map(({ length }) => length)).toEqual([runs[0].length, runs[0].length + 1, runs[0].length + 1]);
    expect(runs[2]).not.toEqual(runs[1]);
    expect(runs[2].filter((name) => runs[0].includes(name))).toHaveLength(runs[0].length - 1);
    const { file } = await write(feedOf(() => 7));
    const before = await stat(file);
    expect(await write(feedOf(() => 7))).toMatchObject({ changed: false, offers: 199 });
    expect((await stat(file)).mtimeMs).toBe(before.mtimeMs);
    await removeOffers(out);
    await removeStale(out, (await openBundle(folderFetch(out))).manifest);
    expect(await partNames()).toEqual([]);
  });

  it('divides kept offers like its items when these move; pages of the previous bundle read theirs', async () => {
    await write(feedOf((n) => 5000 + n));
    await write(
      feedOf((n) => 6000 + n),
      { market: 'ch', currency: 'CHF' },
    );
    const all = [await stored(), await stored('ch')].map(byId);
    const previous = await openBundle(folderFetch(out));
    // Twice as many items are grouped from scratch.
    const more = Array.from({ length: 250 }, (_, n) => makeItem(`q${n}`, { price: 1, category: `d${n % 9}` }));
    const content = await bundleContent([...many, ...more]);
    const offers = await keptOffers(out, () => undefined);
    const next = await writeBundle(content, await folderSink(out), { ...inShards, previous, offers });
    expect(next.shards.ids.file).not.toBe(previous.manifest.shards.ids.file);
    await verifyBundle(next, folderFetch(out));
    expect([await stored(), await stored('ch')].map(byId)).toEqual(all);
    // The index is for both: a page may have opened, or may fall back to, the previous one.
    for (const market of ['default', 'ch'])
      expect(byId((await fetchOffers(folderFetch(out), previous.manifest, market)).offers)).toEqual(
        byId((await fetchOffers(folderFetch(out), next, market)).offers),
      );
    expect((await indexOf('ch')).currency).toBe('CHF');
    // A later run still serves both.
    await write(feedOf((n) => 7000 + n));
    expect(byId((await fetchOffers(folderFetch(out), previous.manifest)).offers)).toEqual(all[0]);
    expect((await stored()).find(({ id }) => id === 'p5')).toMatchObject({ price: 7005 });
  });

  it('divides them again when training groups the items differently', async () => {
    await write(feedOf((n) => 5000 + n));
    const all = byId(await stored());
    const { manifest } = await openBundle(folderFetch(out));
    const width = 2;
    const vectors = Float32Array.from({ length: many.length * width }, (_, n) => Math.sin(n * n));
    const states = [{ decay: 0.5, gain: Float32Array.of(1, 1) }];
    const model = { width, vectors, biases: new Float32Array(many.length), states };
    await storeLearned({ side: { model } }, out, manifest.digest);
    const after = await openBundle(folderFetch(out));
    expect(after.manifest.shards.ids.file).not.toBe(manifest.shards.ids.file);
    await verifyBundle(after.manifest, folderFetch(out));
    expect(byId(await stored())).toEqual(all);
  });

  it('refuses an index that is damaged or for other shards', async () => {
    await write(feedOf((n) => 5000 + n));
    const { manifest } = await openBundle(folderFetch(out));
    const index = await indexOf();
    const check = async (shards: MarketOffers['shards']) => {
      await writeFile(join(out, 'offers.json'), encodeOffers({ ...index, shards }));
      return verifyBundle(manifest, folderFetch(out)).then(
        () => null,
        ({ code }: SidestreamError) => code,
      );
    };
    const [own] = index.shards ?? [];
    expect(await check([own])).toBe(null);
    expect(await check([])).toBe('bundle/offers');
    expect(await check([{ ...own, ids: 'ids-0000000000000000.bin' }])).toBe('bundle/offers');
    expect(await check([{ ...own, files: [] }])).toBe('bundle/invalid');
    expect(await check([{ ...own, files: [manifest.shards.head] }])).toBe('bundle/invalid');
    const [part] = await partNames();
    await writeFile(join(out, part), 'torn');
    expect(await check([own])).toBe('bundle/digest-mismatch');
    await rm(join(out, part));
    expect(await check([own])).toBe('bundle/unreachable');
    const said: string[] = [];
    expect(await keptOffers(out, (line) => said.push(line))).toEqual(new Map());
    expect(said).toEqual([expect.stringContaining('Left out the offers of the market "default"')]);
    // The next run repairs them.
    await write(feedOf((n) => 5000 + n));
    expect(await check((await indexOf()).shards)).toBe(null);
  });
});

describe('a build in the folder of a bundle with offers', () => {
  it('keeps the readable ones, including markets added meanwhile', async () => {
    await write(lines('id,price', 'a,9'));
    await write(lines('id,price', 'a,9'), { market: 'at' });
    await write(lines('id,price', 'a,9'), { market: 'ch' });
    await writeFile(join(out, 'offers-at.json'), 'damaged');
    const said: string[] = [];
    const kept = await keptOffers(out, (line) => said.push(line));
    expect([...kept.keys()]).toEqual(['ch', 'default']);
    expect(said).toEqual([
      expect.stringContaining('Left out the offers of the market "at"'),
      expect.stringContaining('Kept offers-ch.json: price and stock of 4 products'),
      expect.stringContaining('Kept offers.json: price and stock of 1 product,'),
    ]);
    const previous = await openBundle(folderFetch(out));
    const content = await bundleContent([...ITEMS, makeItem('e')]);
    const next = await writeBundle(content, await folderSink(out), { previous });
    expect(next).toMatchObject({ offers: ['at', 'ch', 'default'], count: 5 });
    expect(JSON.parse(await readFile(join(out, MANIFEST_FILE), 'utf8')).offers).toEqual(next.offers);
    await expect(verifyBundle(next, folderFetch(out))).rejects.toMatchObject({ code: 'bundle/offers' });
  });
});
