import { rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MANIFEST_FILE, openBundle, rowsPerItem } from '../../../src/core/catalog';
import { fetchOffers } from '../../../src/core/catalog/offers';
import { decodeProjection } from '../../../src/core/encoders';
import { SHOP_IMAGES, shopFeed, startSidestream, until } from '../../../testing/commands';
import { nightly } from '../../../testing/nightly';
import { MODELS_FOLDER } from '../../encoders/hub/encoder-files';
import { type BuildRequest, buildBundle } from './build-bundle';
import { buildFolder } from './build-folder';
import { folderFetch } from './folder-bundle';
import { withLock } from './lock-file';
import { writeOffers } from './offers';
import { publishRules, removeRules } from './rules';

/** Fitting axes takes some seconds, more on a busy machine. */
vi.setConfig({ testTimeout: 180_000 });

/** Enough that two processes are used and that there is a middle to be killed in. */
const ITEMS = 120;

let folder: string;
let catalog: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  catalog = join(folder, 'catalog.jsonl');
  await writeFile(catalog, shopFeed(ITEMS));
});
afterAll(() => rm(folder, { recursive: true }));

const build = (out: string, more: Partial<BuildRequest> = {}) =>
  buildBundle({
    catalog,
    images: SHOP_IMAGES,
    out: join(folder, out),
    imageBase: '',
    text: 'title-description',
    models: MODELS_FOLDER,
    encoders: false,
    workers: 1,
    meter: { start() {}, advance() {}, stop() {} },
    ...more,
  });

/** The same build as a command, in two processes. */
const words = (out: string): string[] => {
  const given = ['--images', SHOP_IMAGES, '--out', join(folder, out), '--no-encoders', '--workers', '2'];
  return ['build', catalog, ...given];
};

/** The manifest names every file by its digest, so equal manifests are equal bundles. */
const manifestOf = (out: string) => readFile(join(folder, out, MANIFEST_FILE), 'utf8');

const rowsOf = async (out: string) => {
  const { features, items } = await openBundle(folderFetch(join(folder, out)));
  const width = rowsPerItem(features) * features.dim;
  return new Map(items.map(({ id }, n) => [id, features.values.slice(n * width, (n + 1) * width)]));
};

describe('buildBundle', () => {
  it('gives the same bytes in one process and in two', async () => {
    const one = await build('one');
    // There are only eight pictures, which repeat.
    expect([one.encoded, one.repeated, one.reused]).toEqual([ITEMS + 8, ITEMS / 4 - 8, 0]);
    // The command line is built: under a loader of TypeScript its processes would take longer to start than to encode.
    expect(await startSidestream(...words('two')).ended).toMatchObject({ code: 0 });
    expect(await manifestOf('two')).toBe(await manifestOf('one'));
  });

  it('keeps the lexical encoder of the bundle that it replaces, and so the rows of unchanged products', async () => {
    const lexicalOf = async () => {
      const bundle = await openBundle(folderFetch(join(folder, 'words')));
      return decodeProjection(await bundle.projection()).lexical;
    };
    // Without categories nothing can be judged: the words replace an encoder that does not read the language.
    const kinds = ['Teekanne', 'Gartenschere', 'Wolldecke', 'Kerze'];
    const lines = Array.from({ length: 24 }, (_, n) => JSON.stringify({ id: `${n}`, title: `${kinds[n % 4]} ${n}` }));
    const plain = join(folder, 'plain.jsonl');
    await writeFile(plain, lines.join('\n'));
    const german = { lang: 'de', catalog: plain };
    const first = await build('words', german);
    expect(first.notes).toContain('Texts are compared by their words.');
    const [manifest, lexical, rows] = [await manifestOf('words'), await lexicalOf(), await rowsOf('words')];
    expect(lexical?.share).toBe(0);
    await build('words', german);
    expect(await manifestOf('words')).toBe(manifest);

    const more = join(folder, 'more.jsonl');
    await writeFile(more, [...lines, JSON.stringify({ id: 'new', title: 'Steingut-Teekanne' })].join('\n'));
    await build('words', { lang: 'de', catalog: more });
    expect(await lexicalOf()).toEqual(lexical);
    const after = await rowsOf('words');
    expect([...rows].filter(([id, row]) => after.get(id)?.some((value, at) => value !== row[at]))).toEqual([]);
  });

  nightly('continues where a killed build stopped, and ends with the same bytes', async () => {
    const out = join(folder, 'killed');
    const { child, ended } = startSidestream(...words('killed'));
    const sample = join(buildFolder(out), 'text-sample.cache');
    await until('something is encoded', async () => ((await stat(sample).catch(() => null))?.size ?? 0) > 50_000);
    child.kill('SIGKILL');
    await ended;
    await expect(readFile(join(out, MANIFEST_FILE))).rejects.toThrow('ENOENT');
    const { encoded } = await build('killed');
    expect(encoded).toBeLessThan(ITEMS + 8);
    expect(await manifestOf('killed')).toBe(await manifestOf('one'));
  });

  it('encodes nothing twice, and only the new inputs of a changed catalogue, with the same results', async () => {
    const before = await rowsOf('one');
    const shards = (await readdir(join(folder, 'one'))).filter((name) => name.startsWith('shard-'));
    const written = () => Promise.all(shards.map(async (name) => (await stat(join(folder, 'one', name))).mtimeMs));
    const times = await written();
    expect(await build('one')).toMatchObject({ encoded: 0 });
    expect(await written()).toEqual(times);
    const lines = shopFeed(ITEMS + 1)
      .trim()
      .split('\n');
    lines[5] = JSON.stringify({ ...JSON.parse(lines[5]), title: 'Another product altogether' });
    const changed = join(folder, 'changed.jsonl');
    await writeFile(changed, lines.join('\n'));
    const built = await build('one', { catalog: changed });
    expect(built).toMatchObject({ items: ITEMS + 1, encoded: 2 });
    const after = await rowsOf('one');
    const different = [...before].filter(([id, row]) => !after.get(id)?.every((value, d) => value === row[d]));
    expect(different.map(([id]) => id)).toEqual(['item-5']);
    const refitted = await build('one', { catalog: changed, refit: true });
    expect(refitted.manifest.projection.sha256).not.toBe(built.manifest.projection.sha256);
    expect(refitted.encoded).toBe(2);
  });

  it('is the same for the same feed in another order, item by item', async () => {
    const reversed = join(folder, 'reversed.jsonl');
    await writeFile(reversed, shopFeed(40).trim().split('\n').reverse().join('\n'));
    const ordered = join(folder, 'ordered.jsonl');
    await writeFile(ordered, shopFeed(40));
    const [a, b] = [
      await build('ordered', { catalog: ordered, images: undefined }),
      await build('reversed', { catalog: reversed, images: undefined }),
    ];
    expect(b.manifest.projection).toEqual(a.manifest.projection);
    const [rows, others] = [await rowsOf('ordered'), await rowsOf('reversed')];
    for (const [id, row] of rows) expect(others.get(id)).toEqual(row);
  });

  it('fits the projection again for a catalogue that has outgrown the one its projection was fitted to', async () => {
    const small = join(folder, 'small.jsonl');
    await writeFile(small, shopFeed(10));
    const first = await build('grown', { catalog: small, images: undefined });
    await writeFile(small, shopFeed(20));
    const second = await build('grown', { catalog: small, images: undefined });
    expect(second.manifest.projection).toEqual(first.manifest.projection);
    await writeFile(small, shopFeed(21));
    const third = await build('grown', { catalog: small, images: undefined });
    expect(third.manifest.projection.sha256).not.toBe(first.manifest.projection.sha256);
  });

  it.each<[string, { shards?: number }]>([
    ['one file', {}],
    ['files of the shards', { shards: 2 }],
  ])('keeps the offers and the rules that are beside the bundle, in %s', async (_, more) => {
    const few = join(folder, 'offered.jsonl');
    await writeFile(few, shopFeed(10));
    const given = { catalog: few, images: undefined, ...more };
    await build('offered', given);
    const prices = join(folder, 'prices.csv');
    await writeFile(prices, 'id,price\nitem-3,5\n');
    const out = join(folder, 'offered');
    const meter = { start() {}, advance() {}, stop() {} };
    await writeOffers({ feed: [prices], out, meter });
    const rules = new TextEncoder().encode('{"version":1,"rules":[{"diversity":0.1}]}');
    await publishRules(rules, out);
    await writeFile(few, shopFeed(more.shards ? 40 : 11));
    const { manifest, notes } = await build('offered', given);
    expect(manifest.shards.whole).toBe(!more.shards);
    expect(manifest).toMatchObject({ count: more.shards ? 40 : 11, offers: ['default'], rules: true });
    expect(notes).toContain('Kept rules.json: 1 rule.');
    expect(new Uint8Array(await readFile(join(out, 'rules.json')))).toEqual(rules);
    expect(notes).toContainEqual(expect.stringContaining('Kept offers.json: price and stock of 1 product,'));
    const { offers } = await fetchOffers(folderFetch(out), manifest);
    expect(offers).toEqual([{ id: 'item-3', price: 5, listPrice: null }]);
  });

  it('loses nothing that other commands write while it ends', async () => {
    const small = join(folder, 'overlap.jsonl');
    const prices = join(folder, 'overlap.csv');
    await writeFile(prices, 'id,price\nitem-3,5\n');
    const meter = { start() {}, advance() {}, stop() {} };
    const out = join(folder, 'overlap');
    await writeFile(small, shopFeed(10));
    await build('overlap', { catalog: small, images: undefined });
    for (let round = 0; round < 3; round++) {
      await writeFile(small, shopFeed(11 + round));
      const market = `m${round}`;
      const rules = new TextEncoder().encode(`{"version":1,"rules":[{"name":"${round}","diversity":0.1}]}`);
      let others: Promise<unknown> = Promise.resolve();
      const start = (stage: string): void => {
        // The build knows the present manifest by then, and has not replaced it yet.
        if (stage !== 'Check') return;
        const offers = writeOffers({ feed: [prices], out, market, currency: 'EUR', meter });
        others = Promise.all([offers, round === 0 ? publishRules(rules, out) : removeRules(out)]);
      };
      const request = { catalog: small, images: undefined, meter: { ...meter, start } };
      await build('overlap', request);
      await others;
      const { manifest, items } = await openBundle(folderFetch(out));
      expect(items).toHaveLength(11 + round);
      expect(manifest.offers).toContain(market);
      expect(manifest.rules).toBe(round === 0 ? true : undefined);
    }
  });

  it('waits for another build that uses the same cache, and says so', async () => {
    const small = join(folder, 'few.jsonl');
    await writeFile(small, shopFeed(2));
    const said: string[] = [];
    const lock = join(buildFolder(join(folder, 'locked')), 'build.lock');
    const read = async () => JSON.parse(await readFile(lock, 'utf8'));
    const owner = await withLock(lock, read, { what: 'this' });
    await writeFile(lock, JSON.stringify({ ...owner, pid: process.ppid }));
    const warn = (line: string): void => {
      said.push(line);
      rmSync(lock);
    };
    expect(await build('locked', { catalog: small, images: undefined, warn })).toMatchObject({ items: 2 });
    expect(said).toEqual([expect.stringMatching(/^Waiting for process \d+ .* the cache .*locked\.build since/)]);
  });

  it('keeps the bundle if more than half of its items are missing from the feed, unless that is allowed', async () => {
    const rows = join(folder, 'shrunk.jsonl');
    const given = { catalog: rows, images: undefined };
    await writeFile(rows, shopFeed(10));
    await build('shrunk', given);
    const before = await manifestOf('shrunk');
    const bad = Array.from({ length: 6 }, (_, n) => JSON.stringify({ id: `item-${n}`, title: '' }));
    await writeFile(rows, [...shopFeed(10).trim().split('\n').slice(6), ...bad].join('\n'));
    await expect(build('shrunk', given)).rejects.toMatchObject({
      code: 'catalog/shrunk',
      message: expect.stringMatching(/lacks 6 of the 10 items .*6 rows, such as .*line 5 .*--allow-shrink/),
    });
    expect(await manifestOf('shrunk')).toBe(before);
    expect(await build('shrunk', { ...given, allowShrink: true })).toMatchObject({ items: 4 });
    await writeFile(rows, shopFeed(10).trim().split('\n').slice(6, 8).join('\n'));
    expect(await build('shrunk', given)).toMatchObject({ items: 2 });
  });
});
