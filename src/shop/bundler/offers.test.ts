import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Item, MANIFEST_FILE, openBundle, verifyBundle, writeBundle } from '../../core/catalog';
import { fetchOffers, type Offer } from '../../core/catalog/offers';
import { bundleContent, makeItem } from '../../testing/bundles';
import { folderFetch, folderSink } from './folder-bundle';
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
    const { shards } = await writeBundle(content, await folderSink(out), { shardItems: 2 });
    expect(shards.count).toBeGreaterThan(100);
    await write(lines('id,price', ...items.map(({ id }, n) => `${id},${n === 123 ? 5 : n}`)));
    const { offers } = await fetchOffers(folderFetch(out), { offers: ['default'] });
    expect(offers).toEqual([{ id: 'p123', price: 5, listPrice: null }]);
  });
});

describe('a build in the folder of a bundle with offers', () => {
  it('keeps the readable ones, including markets added meanwhile', async () => {
    await write(lines('id,price', 'a,9'));
    await write(lines('id,price', 'a,9'), { market: 'at' });
    await write(lines('id,price', 'a,9'), { market: 'ch' });
    await writeFile(join(out, 'offers-at.json'), 'damaged');
    const said: string[] = [];
    expect(await keptOffers(out, (line) => said.push(line))).toEqual(['ch', 'default']);
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
