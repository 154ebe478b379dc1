import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MANIFEST_FILE } from '../../../src/core/catalog';
import { SHOP_IMAGES } from '../../../testing/commands';
import { MODELS_FOLDER } from '../../encoders/hub/encoder-files';
import type { Meter } from '../../shop/pipeline';
import { checkedBundle } from '../../shop/pipeline/write-checked';
import { type BuildRequest, buildBundle } from './build-bundle';
import { folderFetch, openFolder } from './folder-bundle';

let folder: string;
let catalog: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  catalog = join(folder, 'catalog.jsonl');
  await writeFile(catalog, feed([{ id: 'a' }, { id: 'b' }]));
});
afterAll(() => rm(folder, { recursive: true }));

const feed = (rows: { id: string }[]) =>
  rows.map((row) => JSON.stringify({ title: `Title ${row.id}`, ...row })).join('\n');

const quiet: Meter = { start() {}, advance() {}, stop() {} };
const build = (out: string, more: Partial<BuildRequest> = {}) =>
  buildBundle({
    catalog,
    out: join(folder, out),
    imageBase: '',
    text: 'title-description',
    models: MODELS_FOLDER,
    encoders: false,
    workers: 1,
    meter: quiet,
    ...more,
  });

describe('a build with wrong folders', () => {
  it.each<[string, Partial<BuildRequest>, string]>([
    ['no folder of pictures', { images: 'imgaes' }, '--images imgaes'],
    ['a file of pictures', { images: 'catalog.jsonl' }, '--images'],
    ['a file to write to', { out: 'catalog.jsonl' }, '--out'],
    ['a folder in a file', { out: join('catalog.jsonl', 'shop') }, '--out'],
  ])('ends at once, before the feed is read: %s', async (_, { images, out }, message) => {
    const named = images === 'imgaes' ? images : images && join(folder, images);
    const request = { images: named, out: join(folder, out ?? 'none'), catalog: join(folder, 'no-such-feed') };
    await expect(build('none', request)).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringContaining(message),
    });
    expect((await readdir(folder)).filter((name) => name.startsWith('none'))).toEqual([]);
  });

  it.skipIf(!existsSync('/proc/self')).each(['/proc/sidestream', '/sys/sidestream'])(
    'ends at once below %s, which grants the right to write',
    async (out) => {
      await expect(build('none', { out, catalog: join(folder, 'no-such-feed') })).rejects.toMatchObject({
        code: 'runtime/invalid-input',
        message: expect.stringMatching(/^--out .* name another folder/),
      });
    },
  );

  it('does not write among files that have nothing to do with it', async () => {
    const out = join(folder, 'photos');
    await mkdir(out);
    for (const name of ['a.jpg', 'manifest.json']) await writeFile(join(out, name), '{"name":"a web app"}');
    await expect(build('photos')).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringMatching(/^--out .*photos.*a\.jpg, manifest\.json.*Name a new folder/),
    });
    expect((await readdir(out)).sort()).toEqual(['a.jpg', 'manifest.json']);
    await rm(join(out, 'a.jpg'));
    await rm(join(out, 'manifest.json'));
    await writeFile(join(out, '.gitkeep'), '');
    await build('photos');
    await writeFile(join(out, 'robots.txt'), '');
    expect(await build('photos')).toMatchObject({ items: 2 });
  });

  it('warns of pictures named by file if no folder of pictures is given', async () => {
    const named = join(folder, 'named.jsonl');
    await writeFile(named, feed([{ id: 'a', image: '1f34e.webp' } as { id: string }, { id: 'b' }]));
    const { notes } = await build('unread', { catalog: named });
    expect(notes).toEqual([expect.stringMatching(/^1 item names a picture by its file.*--images/)]);
    expect((await build('read', { catalog: named, images: SHOP_IMAGES })).notes).toEqual([]);
  });
});

describe('the report of a build', () => {
  it('counts inputs that repeat and inputs that an earlier build encoded separately', async () => {
    const repeated = join(folder, 'repeated.jsonl');
    const rows = ['a', 'b', 'c', 'd'].map((id) => ({ id, title: id === 'd' ? 'Another' : 'The same' }));
    await writeFile(repeated, feed(rows));
    expect(await build('counted', { catalog: repeated })).toMatchObject({ encoded: 2, repeated: 2, reused: 0 });
    expect(await build('counted', { catalog: repeated })).toMatchObject({ encoded: 0, repeated: 0, reused: 4 });
    expect(await build('counted', { catalog: repeated, refit: true })).toMatchObject({
      encoded: 0,
      repeated: 0,
      reused: 4,
    });
  });

  it('names every stage and counts each to its end', async () => {
    const stages: { label: string; total: number; done: number }[] = [];
    let open = 0;
    const meter: Meter = {
      start: (label, total) => {
        stages.push({ label, total, done: 0 });
        open++;
      },
      advance: (count) => {
        stages[stages.length - 1].done += count;
      },
      stop: () => void open--,
    };
    await build('stages', { meter });
    expect(open).toBe(0);
    expect(stages.map(({ label }) => label)).toEqual([
      'Texts',
      'Text axes',
      'Text rows',
      'Text weight',
      'Shards',
      'Write',
      'Check',
    ]);
    expect(stages.filter(({ total, done }) => done !== total)).toEqual([]);
  });

  it('names rejected rows in the order of the feed, rows and pictures alike', async () => {
    const mixed = join(folder, 'mixed.jsonl');
    const rows = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, n) => ({
      id,
      ...(n % 2 ? { price: '1 or 2' } : { image: `none-${id}.webp` }),
    }));
    await writeFile(mixed, feed(rows));
    const file = join(folder, 'refused.jsonl');
    const { refusals } = await build('mixed', { catalog: mixed, images: SHOP_IMAGES, rejectedFile: file });
    const order = rows.map(({ id }, n) => [id, n % 2 ? 'price' : 'image']);
    expect(refusals).toContainEqual(expect.stringMatching(/^3 rows, such as .*line 2 \(b\), field price: /));
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines.map((line) => [JSON.parse(line).id, JSON.parse(line).field])).toEqual(order);
  });
});

describe('a folder', () => {
  it('without a bundle is refused with what is missing', async () => {
    await expect(openFolder(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'bundle/unreachable',
      message: expect.stringMatching(/^There is no folder .*nowhere/),
    });
    await expect(openFolder(folder)).rejects.toMatchObject({
      code: 'bundle/unreachable',
      message: expect.stringMatching(/^There is no bundle in .*sidestream build/),
    });
    await expect(openFolder(catalog)).rejects.toMatchObject({
      code: 'bundle/unreachable',
      message: expect.stringMatching(/catalog\.jsonl is a file/),
    });
  });

  it('keeps its bundle when the new one cannot be read', async () => {
    const { manifest } = await build('kept');
    const out = join(folder, 'kept');
    const before = await readFile(join(out, MANIFEST_FILE), 'utf8');
    const { file } = manifest.shards.head;
    await writeFile(join(out, file), '[]');
    await expect(checkedBundle({ name: out, fetch: folderFetch(out) }, quiet)(manifest)).rejects.toMatchObject({
      code: 'build/unreadable',
      message: expect.stringMatching(/not put in place.*head-/s),
    });
    expect(await readFile(join(out, MANIFEST_FILE), 'utf8')).toBe(before);
  });
});
