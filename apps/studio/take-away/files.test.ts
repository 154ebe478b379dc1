import { beforeAll, describe, expect, it } from 'vitest';
import { inventory, parseManifest, putMutable, writeBundle } from '../../../src/core/catalog';
import { openBundle } from '../../../src/core/catalog/bundle/read-bundle';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import { findParts, type Layout, laidOut, lean, type Sources } from './files';
import { readme, shopifyReadme, testPage } from './texts';

const SCRIPTS = ['sidestream.js', 'worker.js', 'ort-wasm-simd-threaded.asyncify.wasm'];
const SHOP = { currency: 'EUR', address: '/products/{id}' };
const THEME = { 'sections/sidestream-recs.liquid': 'section', 'assets/sidestream-shopify.js': 'script' };
const ITEMS = [
  makeItem('a', { image: '/images/red/a.jpg', images: ['/images/a-2.jpg'] }),
  makeItem('b', { image: 'https://shop.example/b.jpg', url: 'https://shop.example/b' }),
  makeItem('c', { image: '/images/lost.jpg' }),
  makeItem('d', {
    image: '/images/50%25 %231%3F.jpg',
    images: ['/images/../a.jpg', '/images/', '/images/%', 'images/e.jpg'],
  }),
];

const stored = memoryBundle();
const held = new Map([
  ['red/a.jpg', 'red'],
  ['a-2.jpg', 'side'],
  ['50% #1?.jpg', 'sale'],
  ['e.jpg', 'relative to the page'],
  ['unused.jpg', 'unused'],
]);
const fileOf = (content: Uint8Array | string | undefined): File | null =>
  content === undefined ? null : new File([content.slice(0)], 'file');
const sources: Sources = {
  bundle: { fetch: stored.fetchFile, file: async (name) => fileOf(stored.files.get(name)) },
  pictures: { file: async (name) => fileOf(held.get(name)) },
  page: async (address) =>
    address === 'sidestream/files.json'
      ? Response.json(SCRIPTS.map((file) => ({ file, bytes: file.length })))
      : new Response(address),
};

beforeAll(async () => {
  const { manifest } = await openBundle(await written(true));
  await putMutable(manifest, { offers: ['default', 'at'], rules: true }, stored.sink);
  for (const name of ['offers.json', 'offers-at.json', 'rules.json']) stored.files.set(name, new Uint8Array([1]));
});

async function written(encoders: boolean) {
  const content = await bundleContent(ITEMS);
  const { files, ...text } = content.encoders.text;
  const given = encoders ? content : { ...content, encoders: { ...content.encoders, text } };
  await writeBundle(given, stored.sink);
  return stored.fetchFile;
}

const paths = async (layout: Layout): Promise<string[]> =>
  laidOut(layout, await findParts(sources, SHOP), THEME).map(({ path }) => path);

describe('what is taken away', () => {
  it('is every file of the bundle, the manifest last, and the pictures that products name', async () => {
    const { manifest } = await openBundle(stored.fetchFile);
    const named = (await inventory(manifest, stored.fetchFile)).map(({ file }) => file);
    const mutable = ['offers-at.json', 'offers.json', 'rules.json'];
    expect(named.length).toBeGreaterThan(4);
    const files = await paths('web');
    const bundle = files.filter((path) => path.startsWith('bundle/'));
    expect([...bundle].sort()).toEqual([...named, ...mutable, 'manifest.json'].map((name) => `bundle/${name}`).sort());
    expect(bundle.at(-1)).toBe('bundle/manifest.json');
    expect(files.filter((path) => path.startsWith('images/')).sort()).toEqual([
      'images/50% #1?.jpg',
      'images/a-2.jpg',
      'images/e.jpg',
      'images/red/a.jpg',
    ]);
    expect(files.filter((path) => path.startsWith('sidestream/'))).toEqual(SCRIPTS.map((name) => `sidestream/${name}`));
    expect(files.slice(-2)).toEqual(['index.html', 'README.txt']);
  });

  it('is opened with its content and its size', async () => {
    for (const file of laidOut('web', await findParts(sources, SHOP), THEME)) {
      if (file.path.startsWith('sidestream/')) continue;
      expect((await file.open()).size, file.path).toBe(file.bytes);
    }
  });

  it('has names without folders in the assets of a Shopify theme, and the files of the section', async () => {
    const files = await paths('shopify');
    const assets = files.filter((path) => path.startsWith('assets/')).map((path) => path.slice('assets/'.length));
    expect(new Set(assets).size).toBe(assets.length);
    for (const name of assets) expect(name).toMatch(/^[A-Za-z0-9][\w.-]*$/);
    expect(assets).toEqual(expect.arrayContaining([...SCRIPTS, 'manifest.json', 'sidestream-shopify.js']));
    expect(files.filter((path) => !path.startsWith('assets/'))).toEqual([
      'sections/sidestream-recs.liquid',
      'README.txt',
    ]);
  });

  it('says where products are whose addresses it does not know', async () => {
    const { lines, firstList } = await findParts(sources, SHOP);
    expect(lines).toEqual(SHOP);
    expect(firstList).toBeGreaterThan(100);
    expect(readme({ pictures: true, lines })).toMatch(
      /images\/ +to +\/images\/[\s\S]* currency="EUR" href-template="\/products\/\{id\}"/,
    );
    expect(readme({ pictures: false, lines: { currency: '', address: null } })).not.toMatch(/images\/|href-template/);
    expect(shopifyReadme(true)).toContain('Pictures:');
    for (const text of [readme({ pictures: true, lines }), testPage('en')]) {
      expect(text).not.toContain('consent="granted"');
      // The element's own headings say what a list is.
      expect(text).not.toMatch(/<sidestream-recs[^>]* heading=/);
    }
    expect(testPage('de')).toMatch(/namespace: 'test page'[\s\S]*list.lang = 'de'/);
  });

  it('says in words what is missing', async () => {
    const [name = ''] = [...stored.files.keys()].filter((key) => key.startsWith('photos-'));
    const file: Sources['bundle']['file'] = async (asked) => (asked === name ? null : sources.bundle.file(asked));
    await expect(findParts({ ...sources, bundle: { ...sources.bundle, file } }, SHOP)).rejects.toMatchObject({
      code: 'bundle/incomplete',
      message: expect.stringContaining(`The bundle lacks ${name}`),
    });
    const page = async () => new Response('<!doctype html>');
    await expect(findParts({ ...sources, page }, SHOP)).rejects.toMatchObject({ code: 'bundle/unreachable' });
  });

  it('is without encoders what `build --no-encoders` makes', async () => {
    const parts = lean(await findParts(sources, SHOP));
    const names = parts.bundle.map(({ path }) => path);
    const manifest = parseManifest(await (await parts.bundle[names.indexOf('manifest.json')].open()).arrayBuffer());
    expect(manifest.modalities.text.encoder).toBeUndefined();
    expect(manifest.modalities.image.encoder).toBeUndefined();
    expect(names.filter((name) => name.endsWith('.onnx'))).toEqual([]);
    expect(names.at(-1)).toBe('manifest.json');
    expect(parts.scripts.map(({ path }) => path)).toEqual(['sidestream.js', 'worker.js']);
    for (const { file } of await inventory(manifest, stored.fetchFile)) expect(names).toContain(file);
  });

  it('has no runtime of the encoders if the bundle has no encoders', async () => {
    stored.files.clear();
    await written(false);
    expect(await paths('web')).not.toContain('sidestream/ort-wasm-simd-threaded.asyncify.wasm');
  });
});
