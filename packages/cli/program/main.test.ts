import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBundle } from '../../../src/core/catalog';
import { sidestream } from '../../../testing/commands';
import { inProcess } from '../../../testing/in-process';
import { serve } from '../../../testing/picture-server';
import { folderFetch } from '../bundler/folder-bundle';

let folder: string;

const feed = async (name: string, rows: (object | string)[]) => {
  const path = join(folder, name);
  await writeFile(path, rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''));
  return path;
};
const product = (id: string, more: object = {}) => ({
  id,
  title: `Title ${id}`,
  category: 'Things',
  image: `${id}.webp`,
  ...more,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  await mkdir(join(folder, 'images'));
  const pictures = 'node_modules/@lobehub/fluent-emoji-3d/assets';
  for (const [id, code] of [
    ['red', '1f34e'],
    ['blue', '1f456'],
    ['green', '1f438'],
  ]) {
    await cp(join(pictures, `${code}.webp`), join(folder, 'images', `${id}.webp`));
  }
  await writeFile(join(folder, 'images', 'broken.webp'), 'this is no picture');
});
afterAll(() => rm(folder, { recursive: true }));

describe('sidestream build', () => {
  it('builds good rows, says what it refused and ends with 2', async () => {
    const catalog = await feed('mixed.jsonl', [
      product('red', { price: '3 EUR' }),
      product('blue', { price: '3 or 4' }),
      product('broken', { image: '/broken.webp' }),
      '{"id": ',
      product('green'),
    ]);
    const out = join(folder, 'mixed');
    const run = await sidestream(
      'build',
      catalog,
      '--images',
      join(folder, 'images'),
      '--out',
      out,
      '--image-base',
      'pictures/',
    );
    expect(run.err).toContain('line 2 (blue), field price: must be number, not "3 or 4"');
    expect(run.err).toContain('line 3 (broken), field image: The picture cannot be decoded');
    expect(run.err).toContain('line 4, field row: is not JSON');
    expect(run.out).toContain('Built 3 items (1 without a picture)');
    expect((await openBundle(folderFetch(out))).manifest.currency).toBe('EUR');
    expect(run.out).toContain('Refused: 2 rows, 1 picture');
    expect(run.code).toBe(2);

    const { items, features, manifest, encoder, projection } = await openBundle(folderFetch(out));
    expect(items.map(({ id, image }) => [id, image])).toEqual([
      ['red', 'pictures/red.webp'],
      ['broken', '/broken.webp'],
      ['green', 'pictures/green.webp'],
    ]);
    const { text, image } = features.taps;
    const scales = (item: number) => features.scales.slice(item * (text + image), (item + 1) * (text + image));
    expect(scales(0).every((scale) => scale > 0)).toBe(true);
    expect(
      scales(1)
        .slice(0, text)
        .every((scale) => scale > 0),
    ).toBe(true);
    expect(
      scales(1)
        .slice(text)
        .every((scale) => scale === 0),
    ).toBe(true);
    const model = await readFile(join('models', `${manifest.modalities.text.preset}.onnx`));
    expect(model.equals(new Uint8Array((await encoder('text')).onnx))).toBe(true);
    expect((await projection()).byteLength).toBe(manifest.projection.bytes);
  });

  it('ends with 0 when every row was good, and inspect ends with one line of JSON', async () => {
    const catalog = await feed('good.jsonl', [product('red'), product('blue'), product('green')]);
    const out = join(folder, 'good');
    const run = await sidestream(
      'build',
      catalog,
      '--images',
      join(folder, 'images'),
      '--out',
      out,
      '--no-encoders',
      '--text',
      'title',
    );
    expect(run).toMatchObject({ code: 0, out: expect.stringContaining('Built 3 items in') });
    const bundle = await openBundle(folderFetch(out));
    expect(bundle.manifest.text).toBe('title');
    await expect(bundle.encoder('image')).rejects.toMatchObject({ code: 'encoder/missing' });

    const inspected = await inProcess('inspect', out, '--neighbours', '--json');
    expect(inspected.code).toBe(0);
    // Two neighbours of the same category for each of the three: 2 of 5.
    expect(JSON.parse(inspected.out.trim().split('\n').at(-1) ?? '')).toEqual({
      items: 3,
      p5: { text: 0.4, image: 0.4, both: 0.4 },
    });
    const near = await inProcess('inspect', out, '--item', 'red');
    expect(near.out).toMatch(/by both\ncosine .*\n.*(Title blue|Title green)/);
  });

  it.each([
    ['a catalogue without a good row', '[]', 'has no usable product'],
    ['an empty catalogue', '', 'has no usable product'],
  ])('ends with 1 and writes nothing for %s', async (_, row, message) => {
    const out = join(folder, 'nothing');
    const run = await inProcess('build', await feed('bad.jsonl', [row]), '--out', out);
    expect(run).toMatchObject({ code: 1, err: expect.stringContaining(message) });
    await expect(readFile(join(out, 'manifest.json'))).rejects.toThrow('ENOENT');
  });

  it('uses the singular for one product, and says why nothing was built from a catalogue of drafts', async () => {
    const one = await feed('single.csv', ['id,title,status', 'a,A,active', 'b,B,draft']);
    const built = await inProcess('build', one, '--out', join(folder, 'single'), '--no-encoders');
    expect(built).toMatchObject({ code: 0 });
    expect(built.out).toMatch(/^Built 1 item \(1 without a picture\) in /m);
    expect(built.out).toMatch(/^Encoded 1 text or picture$/m);
    expect(built.out).toContain('1 item, 1 without a picture; 1 not published: left out');
    const drafts = await feed('drafts.csv', ['id,title,status', 'b,B,draft']);
    const none = await inProcess('build', drafts, '--out', join(folder, 'drafts'), '--no-encoders');
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('Left out as not published: 1 product.') });
  });

  it('reads a table by a mapping, fetches pictures by address, and with --strict ends at the first rejected row', async () => {
    const answers = ['red', 'blue'].map(async (name) => {
      const picture = await readFile(join(folder, 'images', `${name}.webp`));
      const answer = (_: unknown, response: ServerResponse) =>
        response.writeHead(200, { 'content-type': 'image/webp' }).end(picture);
      return [`/${name}.webp`, answer] as const;
    });
    const server = await serve(Object.fromEntries(await Promise.all(answers)));
    try {
      const catalog = await feed('table.csv', [
        'Nr;Name;Bild',
        `1;Red;${server.base}/red.webp`,
        `2;Green;${server.base}/green.webp`,
        `3;Blue;${server.base}/blue.webp`,
      ]);
      const mapping = await feed('mapping.json', [{ id: 'Nr', title: 'Name', image: 'Bild' }]);
      const run = (out: string, ...more: string[]) =>
        inProcess(
          ...['build', catalog, '--mapping', mapping, '--out', join(folder, out), '--no-encoders'],
          ...['--picture-cache', join(folder, 'cache'), '--allow-private', ...more],
        );
      const built = await run('table');
      expect(built.code).toBe(2);
      expect(built.out).toContain(`Read ${catalog} (csv): 3 items`);
      expect(built.err).toContain(`${catalog}: line 3 (2), field image: ${server.base}/green.webp answered 404`);
      const { items, features } = await openBundle(folderFetch(join(folder, 'table')));
      expect(items.map(({ id, title, image }) => [id, title, image])).toEqual([
        ['1', 'Red', `${server.base}/red.webp`],
        ['2', 'Green', `${server.base}/green.webp`],
        ['3', 'Blue', `${server.base}/blue.webp`],
      ]);
      expect(features.scales[features.taps.text]).toBeGreaterThan(0);

      const near = await inProcess('inspect', join(folder, 'table'), '--neighbours');
      expect(near.out).toContain('No item of this bundle has a category, by which neighbours are compared.');

      const strict = await run('strict', '--strict');
      expect(strict).toMatchObject({ code: 1, err: expect.stringContaining('catalog/refused') });
      await expect(readFile(join(folder, 'strict', 'manifest.json'))).rejects.toThrow('ENOENT');
    } finally {
      await server.close();
    }
  });

  it('ends with 1 when the catalogue, the encoders or the bundle are missing, and says what to do', async () => {
    const catalog = await feed('one.jsonl', [product('red')]);
    const out = join(folder, 'nothing');
    const runs = await Promise.all([
      inProcess('build', join(folder, 'none.jsonl'), '--out', out),
      inProcess('build', catalog, '--out', out, '--models', join(folder, 'no-models')),
      inProcess('inspect', join(folder, 'none')),
      inProcess('inspect'),
    ]);
    expect(runs.map((run) => run.code)).toEqual([1, 1, 1, 1]);
    expect(runs[0].err).toContain('catalog/unreadable');
    expect(runs[1].err).toContain('sidestream encoders add');
    expect(runs[2].err).toContain('bundle/unreachable');
  });
});
