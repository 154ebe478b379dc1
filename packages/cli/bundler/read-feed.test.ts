import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serve } from '../../../testing/picture-server';
import { collectFeed, readMapping } from './read-feed';

let folder: string;
const write = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterAll(() => rm(folder, { recursive: true }));

const page = (id: string) =>
  `<html><script type="application/ld+json">{"@type":"Product","sku":"${id}","name":"${id}"}</script></html>`;

it('reads files, folders and gzip together, each by its content, and sums up', async () => {
  const csv = await write('export.dat', 'id,title,image\na,A,a.png\nb,,b.png\nc,,\na,Again,\n');
  const packed = await write('feed.jsonl.gz', gzipSync('{"id":"d","title":"D"}\n{"id":"b","title":"B"}\n'));
  await write('pages/2/two.html', page('p2'));
  await write('pages/one.html', page('p1'));
  await write('pages/about.html', '<html>About us</html>');
  await write('pages/picture.png', 'no feed');
  const { items, places, rejected, rejectedRows, summary } = await collectFeed([csv, packed, join(folder, 'pages')]);
  expect(items.map(({ id, title }) => `${id} ${title}`)).toEqual(['a A', 'b b', 'd D', 'p2 p2', 'p1 p1']);
  expect(places[3]).toEqual({ at: 6, file: join(folder, 'pages/2/two.html'), line: 1 });
  expect(rejectedRows).toBe(3);
  expect(rejected).toEqual([
    {
      file: csv,
      line: 4,
      id: 'c',
      field: 'title',
      reason: expect.stringMatching(/^is missing; searched in title, name/),
    },
    { file: csv, line: 5, id: 'a', field: 'id', reason: 'already used in line 2' },
    { file: packed, line: 2, id: 'b', field: 'id', reason: `already used in ${csv}, line 3` },
  ]);
  expect(summary).toEqual([
    `${csv} (csv): 2 items, 1 without a text, called by their id; 2 rows refused, 1 of them duplicates`,
    `${packed} (jsonl): 1 item, 1 without a picture; 1 row refused, 1 of them duplicates`,
    `${join(folder, 'pages/2/two.html')} (html): 1 item, 1 without a picture`,
    `${join(folder, 'pages/about.html')} (html): 0 items`,
    `${join(folder, 'pages/one.html')} (html): 1 item, 1 without a picture`,
  ]);
});

it('says which encoding it took for a file that is not UTF-8', async () => {
  // The first umlaut is far behind the beginning, by which the format is known.
  const rows = Array.from({ length: 9000 }, (_, n) => `${n},Hemd ${n}\n`).join('');
  const latin = await write('latin.csv', Buffer.from(`id,title\n${rows}x,Größe\n`, 'latin1'));
  const { items, summary } = await collectFeed([latin]);
  expect(items.at(-1)?.title).toBe('Größe');
  expect(summary).toEqual([
    `${latin} (csv): 9001 items, 9001 without a picture; read as windows-1252, because it is not valid UTF-8`,
  ]);
});

it('counts the products that the feed marks as unpublished', async () => {
  const drafts = await write('drafts.csv', 'id,title,status\na,A,active\nb,B,draft\nc,C,archived\nd,,\n');
  const { items, unpublished, rejectedRows, summary } = await collectFeed([drafts]);
  expect([items.length, unpublished, rejectedRows]).toEqual([1, 2, 1]);
  expect(summary).toEqual([`${drafts} (csv): 1 item, 1 without a picture; 2 not published: left out; 1 row refused`]);
});

it('names the metafields that cannot be attributes, with the number of their products', async () => {
  const file = join(folder, 'metafields.csv');
  const chart = 'Size chart (product.metafields.custom.chart)';
  await writeFile(
    file,
    `Handle,Title,Variant Price,${chart}\na,A,1,gid://shopify/Metaobject/1\nb,B,1,gid://x/2\nc,C,1,`,
  );
  const { summary } = await collectFeed([file]);
  expect(summary[0]).toMatch(/; metafields left out, because they are ids, addresses or structured: Size chart \(2\)$/);
});

it('sums up by format when there are many files', async () => {
  for (let i = 0; i < 12; i++) await write(`many/${i}.html`, page(`m${i}`));
  const { summary } = await collectFeed([join(folder, 'many')]);
  expect(summary).toEqual(['12 html files: 12 items, 12 without a picture']);
});

it('reads a feed from an address, after a server error too', async () => {
  const server = await serve({
    '/feed': (_, response, nth) =>
      nth === 1 ? response.writeHead(503).end() : response.writeHead(200).end(gzipSync('id,title\n1,One\n')),
  });
  try {
    const { items } = await collectFeed([`${server.base}/feed`]);
    expect(items).toMatchObject([{ id: '1', title: 'One' }]);
    await expect(collectFeed([`${server.base}/none`])).rejects.toMatchObject({
      code: 'catalog/unreadable',
      message: expect.stringContaining('it answered 404'),
    });
  } finally {
    await server.close();
  }
});

it('ends at the first rejected row when strict, and names it', async () => {
  const path = await write('strict.csv', 'id,title,price\na,A,1\nb,B,1 or 2\nc,C,dear\n');
  await expect(collectFeed([path], { strict: true })).rejects.toMatchObject({
    code: 'catalog/refused',
    message: expect.stringContaining(`${path}: line 3 (b), field price: must be number, not "1 or 2"`),
  });
});

it('says what is wrong with a feed that cannot be read at all', async () => {
  const bad = async (path: string) => collectFeed([path]).catch((error) => `${error.code} ${error.message}`);
  expect(await bad(join(folder, 'none.csv'))).toMatch(/^catalog\/unreadable .*ENOENT/);
  await mkdir(join(folder, 'empty'));
  expect(await bad(join(folder, 'empty'))).toMatch(/^catalog\/unreadable .*no feed in the folder/);
  expect(await bad(await write('prose.txt', 'Dear customer'))).toMatch(
    /^catalog\/unknown-format .*prose.txt is not a feed/,
  );
  expect(await bad(await write('cut.gz', gzipSync('id,title\n1,One\n').subarray(0, 24)))).toMatch(
    /^catalog\/unreadable .*cut.gz/,
  );
  await expect(readMapping(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'catalog/bad-mapping' });
});
