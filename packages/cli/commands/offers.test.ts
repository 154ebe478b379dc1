import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeBundle } from '../../../src/core/catalog';
import { bundleContent, makeItem } from '../../../testing/bundles';
import { sidestream } from '../../../testing/commands';
import { inProcess } from '../../../testing/in-process';
import { folderSink } from '../bundler';

let folder: string;
let out: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  out = join(folder, 'bundle');
  const items = [makeItem('a', { price: 10 }), makeItem('b', { price: 20 })];
  await writeBundle(await bundleContent(items), await folderSink(out));
});
afterAll(() => rm(folder, { recursive: true }));

async function feed(...rows: string[]): Promise<string> {
  const path = join(folder, 'feed.csv');
  await writeFile(path, `${rows.join('\n')}\n`);
  return path;
}
const offersOf = async (name = 'offers.json') => JSON.parse(await readFile(join(out, name), 'utf8'));

it('writes offers by a mapping, says what it refused, and ends with 2; inspect shows them', async () => {
  const mapping = join(folder, 'mapping.json');
  await writeFile(mapping, JSON.stringify({ id: 'Nr', price: 'Preis', decimal: ',' }));
  const path = await feed('Nr;Preis', 'a;1.299,50 €', 'b;1 or 2', 'c;3');
  const args = [path, '--out', out, '--mapping', mapping, '--currency', 'EUR'];
  const run = await inProcess('offers', ...args);
  expect(run.err).toContain('line 3 (b), field price: must be number, not "1 or 2"');
  expect(run.out).toContain('Wrote offers of 1 of 2 items');
  expect(run.out).toContain('Left out: 1 product that the bundle lacks. Not in the feed: 0 items of the bundle');
  expect(run.code).toBe(2);
  expect(await offersOf()).toEqual({
    schema: 1,
    currency: 'EUR',
    offers: [{ id: 'a', price: 1299.5, listPrice: null }],
  });
  const strict = await inProcess('offers', ...args, '--strict');
  expect(strict).toMatchObject({ code: 1, err: expect.stringContaining('catalog/refused') });

  const inspected = await inProcess('inspect', out, '--json');
  expect(JSON.parse(inspected.out)).toMatchObject({
    items: 2,
    offers: [{ market: 'default', currency: 'EUR', offers: 1 }],
  });
  await writeFile(join(out, 'offers.json'), '{');
  expect((await inProcess('inspect', out)).out).toContain('offers default: The offers cannot be used');
});

it('prints one line of JSON, writes markets separately and removes one again', async () => {
  const path = await feed('id,price', 'a,12', 'b,24');
  const run = await inProcess('offers', path, '--out', out, '--market', 'de-ch', '--json');
  expect(JSON.parse(run.out.trim().split('\n').at(-1) ?? '')).toEqual({
    file: join(out, 'offers-de-ch.json'),
    bytes: expect.any(Number),
    changed: true,
    offers: 2,
    items: 2,
    unknown: 0,
    missing: 0,
    unpublished: 0,
    rejectedRows: 0,
  });
  expect(run.code).toBe(0);
  const removed = await inProcess('offers', '--out', out, '--market', 'de-ch', '--remove');
  expect(removed).toMatchObject({ code: 0, out: expect.stringContaining('Removed the offers') });
  expect(await readdir(out)).not.toContain('offers-de-ch.json');
});

it('loses no market when two are written at once for the first time', async () => {
  const path = await feed('id,price', 'a,12', 'b,24');
  const runs = await Promise.all(
    ['at', 'ch'].map((market) => sidestream('offers', path, '--out', out, '--market', market)),
  );
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')).offers).toEqual(
    expect.arrayContaining(['at', 'ch']),
  );
  expect((await readdir(out)).filter((name) => /part|lock/.test(name))).toEqual([]);
});

it.each([
  ['a market that looks like a digest', ['--market', '0123456789abcdef'], 'must be a name such as'],
  ['a currency in words', ['--currency', 'euro'], 'must be a code such as'],
])('ends with 1 for %s', async (_, args, message) => {
  const run = await inProcess('offers', await feed('id,price', 'a,1'), '--out', out, ...args);
  expect(run).toMatchObject({ code: 1, err: expect.stringContaining(message) });
});

it('ends with 1 without a feed, and for a folder without a bundle', async () => {
  const none = await inProcess('offers', '--out', out);
  expect(none).toMatchObject({ code: 1, err: expect.stringContaining('Name the feed') });
  const path = await feed('id,price', 'a,1');
  const elsewhere = await inProcess('offers', path, '--out', folder);
  expect(elsewhere).toMatchObject({ code: 1, err: expect.stringContaining('bundle/unreachable') });
});
