import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Item, linkCooccurrence, writeBundle } from '../../../src/core/catalog';
import { makeItem } from '../../../testing/bundles';
import { inProcess } from '../../../testing/in-process';
import { serveContent } from '../../../testing/served-shop';
import { topicContent } from '../../../testing/topics';
import { folderSink } from '../bundler';

const COUNT = 60;

/** A catalogue of topics with prices, brands, variants and sold-out items. */
async function shopContent() {
  const content = await topicContent({ items: COUNT, topics: 4 });
  const items = content.items.map((item, n): Item => {
    const sale = n % 7 === 0 ? { listPrice: 20 + n } : {};
    const group = n % 10 < 2 ? { group: `group-${Math.floor(n / 10)}` } : {};
    return {
      ...item,
      ...sale,
      ...group,
      category: `All/${item.category}`,
      price: 10 + n,
      url: `/p/${item.id}`,
      image: `photos/${item.id}.webp`,
      popularity: (n * 37) % 50,
      availability: n % 6 === 5 ? 'out-of-stock' : 'in-stock',
      attributes: { brand: `Brand ${n % 3}` },
    };
  });
  return { ...content, items };
}
const learned = {
  cooccurrence: linkCooccurrence(
    Array.from({ length: COUNT / 2 }, (_, from) => [5, 11].map((step) => ({ from, to: (from + step) % COUNT }))).flat(),
    Array.from({ length: COUNT }, () => ''),
  ),
};

let folder: string;
let bundle: string;
let out: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  bundle = join(folder, `bundle-${Math.random()}`);
  out = join(folder, `lists-${Math.random()}`);
  const sink = await folderSink(bundle);
  await writeBundle(await shopContent(), sink, { learned });
});

const read = (path: string): Promise<string> => readFile(join(out, path), 'utf8');
const listAt = async (path: string) => JSON.parse(await read(`${path}.json`));
const idsOf = (cards: { id: string }[]): string[] => cards.map(({ id }) => id);
const run = async (...args: string[]) => {
  const { code, out: printed, err } = await inProcess('lists', bundle, '--out', out, '--json', ...args);
  expect({ code, err }).toMatchObject({ code: 0 });
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '');
};
/** Digests of the files by their paths. */
const digests = async (): Promise<Record<string, string>> => JSON.parse(await read('lists.json')).files;

it('ranks as pages do for a shopper about whom nothing is known', async () => {
  const args = ['--limit', '6', '--stand-ins', '3', '--format', 'json'];
  const { lists } = await run(...args);
  const shop = await serveContent(await shopContent(), { learned });
  const engine = await shop.open({ consent: 'pending' });
  await engine.settled();
  for (let n = 0; n < COUNT; n += 7) {
    for (const placement of ['similar', 'complement'] as const) {
      const made = await listAt(`${placement}/item/item-${n}`);
      const { items } = await engine.recommend({ placement, itemId: `item-${n}`, limit: 9 });
      expect([...made.items, ...made.standIns].map(({ id, reason, source }) => [id, reason, source])).toEqual(
        items.map(({ item, reason, source }) => [item.id, reason, source]),
      );
      expect(made.items).toHaveLength(6);
    }
  }
  const { items } = await engine.recommend({ placement: 'trending', limit: 6 });
  expect(idsOf((await listAt('trending/shop')).items)).toEqual(items.map(({ item }) => item.id));
  const brands = await engine.recommendSegments({ by: 'attributes.brand', items: 6 });
  for (const { value, items: best } of brands.segments) {
    expect(idsOf((await listAt(`trending/attributes.brand/${value}`)).items)).toEqual(best.map(({ item }) => item.id));
  }
  const { segments } = await engine.recommendSegments({ by: 'category', depth: 3, limit: 100, items: 1 });
  // Every level has a list.
  const paths = new Set(
    segments.flatMap(({ value }) => value.split('/').map((_, n, all) => all.slice(0, n + 1).join('/'))),
  );
  expect(await readdir(join(out, 'trending/category'))).toEqual(
    [...paths].map((path) => `${path.replaceAll('/', '%2F')}.json`).sort(),
  );
  expect(lists).toBe(2 * COUNT + 1 + 3 + paths.size);
  await engine.close();
  await shop.close();
});

it('never lists sold-out items, whatever the rules say, and follows the other rules', async () => {
  const rules = join(folder, 'rules.json');
  const pin = [
    { itemId: 'item-59', position: 0 },
    { itemId: 'item-3', position: 1 },
  ];
  const until = '2020-01-01';
  const given = [
    { excludeOutOfStock: false, pin },
    { until, filter: { id: 'item-1' } },
  ];
  await writeFile(rules, JSON.stringify({ version: 1, rules: given }));
  await inProcess('rules', 'publish', rules, '--out', bundle);
  await run('--limit', '8');
  const soldOut = (await shopContent()).items.filter(({ availability }) => availability === 'out-of-stock');
  const { data } = Papa.parse<string[]>(await read('similar/item.csv'));
  const listed = new Set(data.slice(1).flat());
  expect(soldOut.length).toBeGreaterThan(5);
  expect(soldOut.filter(({ id }) => data.slice(1).some(([, ...cells]) => cells.includes(id)))).toEqual([]);
  expect(listed.size).toBeGreaterThan(30);
  // The first place was for a sold-out item.
  expect(idsOf((await listAt('trending/shop')).items)[1]).toBe('item-3');
});

it('ranks nothing again without a change, and writes only what changed', async () => {
  const first = await run();
  expect(first).toMatchObject({ items: COUNT, written: first.files, removed: 0 });
  expect(await run()).toMatchObject({ lists: first.lists, files: first.files, written: 0, removed: 0 });
  const human = await inProcess('lists', bundle, '--out', out);
  expect(human.out).toContain(`${out} has these lists already: ${first.lists} lists of ${COUNT} items`);

  // A new price changes the lists with this product, and nothing else.
  const before = await digests();
  const shop = await listAt('trending/shop');
  const sold = shop.items[0].id;
  const offers = join(folder, 'offers.csv');
  await writeFile(offers, `id,price\n${sold},7\n`);
  await inProcess('offers', offers, '--out', bundle);
  const [page] = [join(out, 'trending/shop.json')];
  const { mtimeMs } = await stat(page);
  const changed = await run();
  const after = await digests();
  const differing = Object.keys(after).filter((path) => after[path] !== before[path]);
  expect(changed.written).toBe(differing.length);
  expect(changed.written).toBeGreaterThan(0);
  expect(changed.written).toBeLessThan(first.files);
  expect((await listAt('trending/shop')).items.find(({ id }: { id: string }) => id === sold)?.price).toBe(7);
  expect((await stat(page)).mtimeMs).toBeGreaterThanOrEqual(mtimeMs);

  // A file that is missing comes back, a list that is gone goes, and other files stay.
  await rm(page);
  await writeFile(join(out, 'robots.txt'), 'mine');
  expect(await run()).toMatchObject({ written: 1, removed: 0 });
  const fewer = await run('--placements', 'trending', '--per', 'category', '--format', 'html');
  expect(fewer.removed).toBeGreaterThan(2 * COUNT);
  expect((await readdir(out)).sort()).toEqual(['lists.css', 'lists.json', 'robots.txt', 'trending']);
});

it('writes everything again after a run that was interrupted', async () => {
  const { files } = await run();
  const state = JSON.parse(await read('lists.json'));
  await writeFile(join(out, 'lists.json'), JSON.stringify({ ...state, input: '', files: {} }));
  expect(await run()).toMatchObject({ files, written: files });
  await writeFile(join(out, 'lists.json'), JSON.stringify({ ...state, files: { '../bundle.json': 'x' } }));
  expect(await run()).toMatchObject({ files, written: files, removed: 0 });
});

it('writes cards as HTML without anything that runs, and as a table with stand-ins', async () => {
  const items = [
    makeItem('a', {
      title: '<b>"A" & co</b>',
      url: 'javascript:alert(1)',
      image: '/a.webp',
      price: 1299,
      popularity: 9,
    }),
    makeItem('b/../c', { title: 'B', url: '/b', price: 8, listPrice: 10, rating: { value: 4.46, count: 1200 } }),
    makeItem('c', { title: 'C', popularity: 1 }),
    makeItem('d', { title: 'D', popularity: 0 }),
  ].map((item, n) => ({ ...item, popularity: 9 - n }));
  const content = await topicContent({ items: items.length, topics: 1 });
  await writeBundle({ ...content, items }, await folderSink(bundle));
  const site = 'https://shop.example/x/';
  await run('--limit', '3', '--stand-ins', '2', '--lang', 'de', '--currency', 'EUR', '--site', site);
  const html = (await read('trending/shop.html')).replaceAll('\u00a0', ' ');
  expect(html).toBe(`<ul class="sidestream-list" data-count="3">
<li data-id="a"><span data-initial="&#60;"><img src="https://shop.example/a.webp" alt="" width="256" height="256" loading="lazy" decoding="async"></span><div><a>&#60;b&#62;&#34;A&#34; &#38; co&#60;/b&#62;</a><p>1.299,00 €</p><small>Beliebt in diesem Shop</small></div></li>
<li data-id="b/../c"><span data-initial="B"></span><div><a href="https://shop.example/b">B</a><em>★ 4,5 (1.200)</em><p><b>8,00 €</b> <s>10,00 €</s> <i>−20 %</i></p><small>Beliebt in diesem Shop</small></div></li>
<li data-id="c"><span data-initial="C"></span><div><a>C</a><p></p><small>Beliebt in diesem Shop</small></div></li>
</ul>
`);
  expect(await read('lists.css')).toContain('.sidestream-list[data-count="3"]');
  const table = (await read('trending/shop.csv')).trim().replaceAll('\u00a0', ' ');
  const { data } = Papa.parse<Record<string, string>>(table, { header: true });
  expect(data).toHaveLength(1);
  expect(data[0]).toMatchObject({
    of: '',
    item_2_id: 'b/../c',
    item_2_url: 'https://shop.example/b',
    item_2_price: '8,00 €',
    item_2_list_price: '10,00 €',
    stand_in_1_id: 'd',
    stand_in_2_id: '',
  });
  expect((await readdir(join(out, 'similar/item'))).sort()).toContain('b%2F..%2Fc.html');
});

it('names lists that some disks keep in one file, and writes no formula into a table', async () => {
  const titles = {
    a: '=HYPERLINK("https://other.example")',
    A: "+cmd|' /C calc'!A0",
    b: '-20% Tee (red)!',
    c: '@SUM(A1)',
    d: '+HYPERLINK ("https://other.example")',
    e: '＝1+1',
    f: '－SUM（A1）',
    g: '@home',
    h: '+2.5 l Tees, 10 Stück (sortiert)',
  };
  const items = Object.entries(titles).map(([id, title], n) => makeItem(id, { title, popularity: 9 - n }));
  const content = await topicContent({ items: items.length, topics: 1 });
  await writeBundle({ ...content, items }, await folderSink(bundle));
  const args = ['--placements', 'trending,similar', '--limit', '9', '--stand-ins', '0'];
  expect(await run(...args)).toMatchObject({ sameFile: [['similar/item/a', 'similar/item/A']] });
  const { out: printed } = await inProcess('lists', bundle, '--out', `${out}-2`, ...args);
  expect(printed).toContain(
    '1 file name differs from another one only by upper and lower case, such as similar/item/a',
  );
  const { data } = Papa.parse<Record<string, string>>((await read('trending/shop.csv')).trim(), { header: true });
  const harmless = [titles.b, titles.g, titles.h];
  expect(items.map((_, n) => data[0]?.[`item_${n + 1}_title`])).toEqual(
    Object.values(titles).map((title) => (harmless.includes(title) ? title : `'${title}`)),
  );
});

it('writes texts, reasons and prices of another language and its market', async () => {
  const content = await shopContent();
  const texts = content.items.map(({ id }) => ({ title: `Titel ${id}` }));
  const locales = [{ tag: 'de', market: 'de', texts }];
  await writeBundle({ ...content, language: 'en', locales }, await folderSink(bundle));
  const offer = async (price: number): Promise<void> => {
    const file = join(folder, 'german.csv');
    await writeFile(file, `id,price\nitem-3,${price}\n`);
    const market = ['--market', 'de', '--currency', 'EUR', '--missing', 'keep'];
    await inProcess('offers', file, '--out', bundle, ...market);
  };
  await offer(1234);
  await run('--lang', 'de-AT', '--limit', '40');
  const { currency, items } = await listAt('trending/shop');
  expect(currency).toBe('EUR');
  const item = items.find(({ id }: { id: string }) => id === 'item-3');
  expect({ ...item, priceText: item.priceText.replaceAll(/\s/gu, ' ') }).toMatchObject({
    title: 'Titel item-3',
    price: 1234,
    priceText: expect.stringMatching(/€.*1.234,00/),
    reason: 'Beliebt in diesem Shop',
  });
  expect((await run('--lang', 'de-AT', '--limit', '40')).written).toBe(0);
  // The offers of another market are another input.
  await offer(1235);
  expect((await run('--lang', 'de-AT', '--limit', '40')).written).toBeGreaterThan(0);
});

it('refuses options that make no list', async () => {
  const failed = async (...args: string[]) => (await inProcess('lists', bundle, '--out', out, ...args)).err;
  expect(await failed('--per', 'category', '--placements', 'similar')).toContain('Add item to --per');
  expect(await failed('--placements', 'for-you')).toContain('must be some of similar, complement, trending');
  expect(await failed('--segments', 'brand')).toContain('such as attributes.brand');
  expect(await failed('--limit', '99')).toContain('at most 100 together');
  expect(await failed('--site', 'shop')).toContain('such as https://shop.example/');
  expect((await inProcess('lists', join(folder, 'nowhere'), '--out', out)).err).toContain('There is no folder');
});
