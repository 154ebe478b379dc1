import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openBundle, writeBundle } from '../../core/catalog';
import { bundleContent, makeItem, memoryBundle } from '../../testing/bundles';
import { cooccurrenceTable } from '../training';
import { byProduct, demandOf, interactionsOf, purchasesOf, readEventFile, unknownText } from './event-file';

const event = (type?: string) => ({ user: 'u', item: 'i', time: 0, ...(type === undefined ? {} : { type }) });

it('counts all events of a log without types as purchases, and otherwise only purchases', () => {
  expect(purchasesOf([event(), event()])).toHaveLength(2);
  expect(purchasesOf([event('view'), event('Purchase'), event(), event('transaction')])).toEqual([
    event('Purchase'),
    event('transaction'),
  ]);
  expect(purchasesOf([event('view'), event('addtocart')])).toEqual([]);
});

it('counts events on any variant of a product as events on the product, and gives each variant the counts', async () => {
  const { sink, fetchFile } = memoryBundle();
  const shop = [...'abcd'].flatMap((group) => [1, 2, 3].map((n) => makeItem(`${group}${n}`, { group })));
  await writeBundle(await bundleContent(shop), sink);
  const visits = Array.from({ length: 12 }, (_, n) => [`a${1 + (n % 3)}`, `c${3 - (n % 3)}`, n % 2 ? 'b2' : 'd1']);
  const events = visits.flatMap((items, user) =>
    items.map((item, n) => ({ user: `u${user}`, item, time: 1e12 + user * 864e5 + n * 6e4 })),
  );
  const { bundle, log, products } = byProduct(await openBundle(fetchFile), { events, rejected: [] });
  expect(bundle.items.map(({ id }) => id)).toEqual(['a1', 'b1', 'c1', 'd1']);
  expect(bundle.features.count).toBe(4);
  const { interactions, unknown } = interactionsOf(log, bundle);
  expect([interactions.length, unknown]).toEqual([events.length, 0]);
  const counted = { cooccurrence: cooccurrenceTable(interactions, 4), demand: demandOf(log, bundle) };
  const { cooccurrence, demand } = products.spread(counted);
  expect([...(demand?.choices ?? [])]).toEqual([12, 12, 12, 6, 6, 6, 12, 12, 12, 6, 6, 6]);
  expect(cooccurrence?.count).toBe(shop.length);
  // Of each product the first variant has the entries, which are about first variants.
  expect(cooccurrence?.rows.every((row) => row % 3 === 0)).toBe(true);
  expect(cooccurrence?.offsets[1]).toBeGreaterThan(0);
  expect(cooccurrence?.offsets[3]).toBe(cooccurrence?.offsets[1]);
});

describe('the file of a log', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
    vi.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await rm(folder, { recursive: true });
  });
  const read = async (content: string | Uint8Array, name = 'log.csv') => {
    await writeFile(join(folder, name), content);
    return readEventFile(join(folder, name));
  };
  const CSV = 'user,item,time\nu,a,1\nu,b,2\n';

  it('may be gzip, UTF-16, or JSON lines under any name', async () => {
    const jsonl = '{"user":"u","item":"a","time":1}\n{"user":"u","item":"b","time":2}\n';
    const utf16 = Buffer.from(`\uFEFF${CSV}`, 'utf16le');
    const files = [
      read(CSV),
      read(gzipSync(CSV), 'log.csv.gz'),
      read(utf16, 'log16.csv'),
      read(jsonl, 'json.txt'),
      read(gzipSync(jsonl), 'log.jsonl.gz'),
    ];
    for (const { events } of await Promise.all(files)) expect(events.map(({ item }) => item)).toEqual(['a', 'b']);
  });

  it.each([
    ['a workbook', 'PK\u0003\u0004 and more', 'Save the sheet as CSV'],
    ['a JSON array', '[\n  {"user":"u"}\n]', 'one JSON array'],
    ['an empty file', '', 'log.csv is empty. Write a log with'],
    ['only a header', 'user,item,time\n', 'nothing below the names of the columns'],
    ['only returns', 'user,item,time,quantity\nu,a,1,-1\n', 'all of its lines are returns'],
    ['other columns', 'who,item,"when"\nu,a,1\n', 'The columns found are "who", "item", "when".'],
  ])('is refused and identified: %s', async (_, content, message) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringContaining(message),
    });
  });

  it('is refused if it is a folder, cut gzip or missing', async () => {
    await expect(readEventFile(folder)).rejects.toThrow(`${folder} is a folder. Name the file of the log.`);
    await expect(readEventFile(join(folder, 'none'))).rejects.toThrow('The events cannot be read: ENOENT');
    await expect(read(gzipSync(CSV).subarray(0, 30), 'cut.gz')).rejects.toThrow(
      'The events cannot be read: unexpected end',
    );
  });
});

it('names up to three ids that a bundle lacks, the most frequent first', async () => {
  const { sink, fetchFile } = memoryBundle();
  await writeBundle(await bundleContent([makeItem('a')]), sink);
  const bundle = await openBundle(fetchFile);
  const of = (ids: string) => ({ events: [...ids].map((item) => ({ user: 'u', item, time: 1 })), rejected: [] });
  expect(unknownText(of('abcddcdex'), bundle, 8)).toBe(
    '8 events are about items that are not in the bundle, such as "d", "c", "b"; left out',
  );
  expect(unknownText(of('a'), bundle, 0)).toBeNull();
  expect(() => interactionsOf(of('xy'), bundle)).toThrow('The log has "x", "y", the bundle "a".');
});
