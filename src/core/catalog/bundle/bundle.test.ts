import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { bundleContent, contentTaps, makeItem, memoryBundle } from '../../../testing/bundles';
import { sha256 } from '../../common/bytes';
import { pickTaps } from '../features/feature-table';
import { type Item, itemSchema } from '../item';
import { manifestFile } from './manifest-file';
import { BUNDLE_SCHEMA, bundleFiles, MANIFEST_FILE } from './manifest-schema';
import { openBundle } from './read-bundle';
import { writeBundle } from './write-bundle';

const items = ['a', 'b', 'c', 'd', 'e'].map((id, i) => makeItem(id, { price: i, image: `images/${id}.webp` }));

async function written(shardItems?: number) {
  const memory = memoryBundle();
  const content = await bundleContent(items);
  const manifest = await writeBundle(content, memory.sink, { shardItems });
  return { ...memory, content, manifest };
}

/** Rewrites the manifest as somebody else might. */
function editManifest(files: Map<string, Uint8Array>, edit: (manifest: Record<string, unknown>) => void): void {
  const manifest = JSON.parse(new TextDecoder().decode(files.get(MANIFEST_FILE)));
  edit(manifest);
  files.set(MANIFEST_FILE, new TextEncoder().encode(JSON.stringify(manifest)));
}

/** Writes the bundle as if its items were too large for the manifest. */
const withoutHead = (files: Map<string, Uint8Array>): void => editManifest(files, (manifest) => delete manifest.head);

describe('a bundle written and read', () => {
  it('round-trips any items and features, however they are sharded', async () => {
    const text = (minLength = 0) =>
      fc
        .string({ unit: 'grapheme', minLength, maxLength: 20 })
        .map((s) => s.trim())
        .filter((s) => s.length >= minLength);
    const item: fc.Arbitrary<Item> = fc
      .record(
        {
          id: text(1),
          title: text(1),
          description: text(),
          category: text(),
          price: fc.double({ min: 0, max: 1e6, noNaN: true }).map((x) => x + 0),
          image: text(),
          url: text(),
          availability: fc.constantFrom('in-stock' as const, 'out-of-stock' as const, 'preorder' as const),
          popularity: fc.nat(),
          attributes: fc.dictionary(
            fc.string({ maxLength: 5 }).filter((key) => key !== '__proto__'),
            fc.oneof(fc.string(), fc.boolean(), fc.integer()),
          ),
        },
        { requiredKeys: ['id', 'title'] },
      )
      .map((input) => v.parse(itemSchema, input));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(item, { minLength: 1, maxLength: 9, selector: (row) => row.id }),
        fc.integer({ min: 1, max: 10 }),
        async (rows, shardItems) => {
          const memory = memoryBundle();
          const content = await bundleContent(rows);
          await writeBundle(content, memory.sink, { shardItems });
          const bundle = await openBundle(memory.fetchFile);
          expect(bundle.items).toEqual(rows);
          expect(bundle.features).toEqual(contentTaps(content));
          expect(await bundle.photos()).toEqual(
            bundle.manifest.photos ? pickTaps(content.features, { text: [], image: [1, 2] }) : null,
          );
          expect(bundle.verified).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('has the same bytes for the same content, the manifest last', async () => {
    const first = await written(2);
    const second = memoryBundle();
    const shuffledFields = items.map((item) => Object.fromEntries(Object.entries(item).reverse()) as Item);
    await writeBundle({ ...(await bundleContent(items)), items: shuffledFields }, second.sink, { shardItems: 2 });
    expect([...second.files]).toEqual([...first.files]);
    expect([...first.files.keys()].at(-1)).toBe(MANIFEST_FILE);
  });

  it('names every file by its hash and lists it with its size', async () => {
    const { files, manifest } = await written(2);
    const listed = bundleFiles(manifest);
    const copy = await manifestFile(manifest);
    // The copy is a fallback for missing files; the items have their own files.
    withoutHead(files);
    const parsed = (name: string) => JSON.parse(new TextDecoder().decode(files.get(name)));
    expect(parsed(copy.file)).toEqual(parsed(MANIFEST_FILE));
    const names = [...listed.map((entry) => entry.file), copy.file, MANIFEST_FILE];
    expect(new Set(names)).toEqual(new Set(files.keys()));
    for (const entry of listed) {
      const bytes = files.get(entry.file)!;
      expect(entry.bytes).toBe(bytes.byteLength);
      expect(entry.sha256).toBe(await sha256(bytes));
      expect(entry.file).toContain(entry.sha256.slice(0, 16));
    }
  });

  it('keeps the shards of rows that did not change', async () => {
    const before = await written(2);
    const after = memoryBundle();
    const changed = items.map((item, i) => (i === 4 ? { ...item, title: 'New' } : item));
    const manifest = await writeBundle(await bundleContent(changed), after.sink, { shardItems: 2 });
    const names = (list: { file: string }[]) => list.map((entry) => entry.file);
    expect(names(manifest.shards.items).slice(0, 2)).toEqual(names(before.manifest.shards.items).slice(0, 2));
    expect(names(manifest.shards.items)[2]).not.toBe(names(before.manifest.shards.items)[2]);
    expect(names(manifest.shards.features)).toEqual(names(before.manifest.shards.features));
    expect(manifest.digest).not.toBe(before.manifest.digest);
  });

  it('has its items in the manifest, unless they are large, and features in separate files', async () => {
    const { fetchFile, fetched, manifest, content } = await written(2);
    const bundle = await openBundle(fetchFile, undefined, { featuresLater: true });
    expect(fetched).toEqual([MANIFEST_FILE]);
    expect(bundle.items).toEqual(items);
    expect(bundle.features.scales.every((scale) => scale === 0)).toBe(true);
    expect(await bundle.loadFeatures?.()).toEqual(contentTaps(content));
    expect(fetched).toEqual([MANIFEST_FILE, ...manifest.shards.features.map(({ file }) => file)]);
    const long = items.map((item) => ({ ...item, description: 'word '.repeat(3000).trim() }));
    const many = Array.from({ length: 80 }, (_, n) => ({ ...long[n % long.length], id: `item ${n}` }));
    const large = memoryBundle();
    expect(await writeBundle(await bundleContent(many), large.sink)).not.toHaveProperty('head');
    expect((await openBundle(large.fetchFile)).items).toEqual(many);
  });

  it('loads projection and encoders only when asked for, and reports progress in bytes', async () => {
    const { files, fetchFile, fetched, manifest } = await written(2);
    withoutHead(files);
    const seen: [number, number][] = [];
    const bundle = await openBundle(fetchFile, (loaded, total) => seen.push([loaded, total]));
    const shards = [...manifest.shards.items, ...manifest.shards.features];
    expect(new Set(fetched)).toEqual(new Set([MANIFEST_FILE, ...shards.map((shard) => shard.file)]));
    const total = shards.reduce((sum, shard) => sum + shard.bytes, 0);
    expect(seen[0]).toEqual([0, total]);
    expect(seen.at(-1)).toEqual([total, total]);

    expect([...new Uint8Array(await bundle.projection())]).toEqual([1, 2, 3, 4, 5]);
    const text = await bundle.encoder('text');
    expect(new TextDecoder().decode(text.onnx)).toBe('text encoder');
    expect(text.tokenizer).toBe('{"tokens":["é"]}');
    await expect(bundle.encoder('image')).rejects.toMatchObject({ code: 'encoder/missing' });
  });
});

describe('openBundle refuses', () => {
  it('a tampered, cut or missing shard, by name', async () => {
    for (const kind of ['items', 'features'] as const) {
      const { files, fetchFile, manifest } = await written(2);
      withoutHead(files);
      const { file } = manifest.shards[kind][1];
      const good = files.get(file)!;
      const flipped = good.slice();
      flipped[good.length - 3] ^= 1;
      for (const bad of [flipped, good.slice(0, -1)]) {
        files.set(file, bad);
        await expect(openBundle(fetchFile)).rejects.toMatchObject({
          code: 'bundle/digest-mismatch',
          message: expect.stringContaining(file),
        });
      }
      files.delete(file);
      await expect(openBundle(fetchFile)).rejects.toMatchObject({
        code: 'bundle/unreachable',
        message: expect.stringMatching(`${file}.*404 Not Found`),
      });
    }
  });

  it('a tampered projection when it is asked for', async () => {
    const { files, fetchFile, manifest } = await written();
    files.set(manifest.projection.file, new Uint8Array([1, 2, 3, 4, 6]));
    const bundle = await openBundle(fetchFile);
    await expect(bundle.projection()).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
  });

  it.each([BUNDLE_SCHEMA - 1, BUNDLE_SCHEMA + 1])('format version %i', async (schema) => {
    const { files, fetchFile } = await written();
    editManifest(files, (manifest) => {
      manifest.schema = schema;
      manifest.shards = 'something new';
    });
    await expect(openBundle(fetchFile)).rejects.toMatchObject({ code: 'bundle/unknown-version' });
  });

  it('a manifest with an unknown key', async () => {
    const { files, fetchFile } = await written();
    editManifest(files, (manifest) => Object.assign(manifest, { factors: manifest.projection }));
    await expect(openBundle(fetchFile)).rejects.toMatchObject({
      code: 'bundle/invalid',
      message: expect.stringContaining('factors: '),
    });
  });

  it('a broken connection', async () => {
    const failing = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(openBundle(failing)).rejects.toMatchObject({
      code: 'bundle/unreachable',
      cause: expect.any(TypeError),
    });
  });

  it.each<[string, (manifest: Record<string, unknown>) => void, string]>([
    ['no schema version', (manifest) => delete manifest.schema, 'schema'],
    [
      'other items than it counts',
      (manifest) => Object.assign(manifest, { head: { id: ['a', 'b', 'c', 'd'], title: ['A', 'B', 'C', 'D'] } }),
      'has 4 items, not 5',
    ],
    ['an item that does not fit', (manifest) => Object.assign(manifest, { head: { id: ['x'] } }), 'head.0.title'],
    [
      'a field that not all items can have',
      (manifest) => Object.assign(manifest, { head: { id: ['x', 'y'], title: ['X'] } }),
      'head: has fields of different lengths',
    ],
    [
      'items that share an id',
      (manifest) => Object.assign(manifest, { head: { id: Array(5).fill('x'), title: Array(5).fill('X') } }),
      'occurs twice',
    ],
    ['a wrong count', (manifest) => Object.assign(manifest, { count: 6 }), 'shards hold 5 rows'],
    ['a wrong width', (manifest) => Object.assign(manifest, { dim: 5 }), 'bytes'],
    ['an unknown text recipe', (manifest) => Object.assign(manifest, { text: 'category' }), 'text'],
    [
      'a file outside the bundle',
      (manifest) => Object.assign(manifest.projection as object, { file: 'a/../../x' }),
      'inside the bundle',
    ],
    [
      'an absolute file',
      (manifest) => Object.assign(manifest.projection as object, { file: '/etc/x' }),
      'projection.file',
    ],
  ])('a manifest with %s', async (_, edit, message) => {
    const { files, fetchFile } = await written(2);
    editManifest(files, edit);
    await expect(openBundle(fetchFile)).rejects.toMatchObject({
      code: 'bundle/invalid',
      message: expect.stringContaining(message),
    });
  });

  it('a web page instead of the manifest, with a hint', async () => {
    const page = async () => new Response('<!doctype html>');
    await expect(openBundle(page)).rejects.toMatchObject({
      code: 'bundle/invalid',
      message: expect.stringContaining('web page'),
    });
  });

  it('items that do not fit the schema or share an id, even when their hash fits', async () => {
    for (const [rows, message] of [
      [[items[0], { id: 'x' }], 'title'],
      [[items[0], items[0]], 'occurs twice'],
      [[items[0]], 'has 1 items'],
    ] as const) {
      const { files, fetchFile, manifest } = await written(2);
      const bytes = new TextEncoder().encode(JSON.stringify(rows));
      const { file } = manifest.shards.items[0];
      files.set(file, bytes);
      const digest = await sha256(bytes);
      editManifest(files, (edited) => {
        delete edited.head;
        const shards = edited.shards as { items: object[] };
        Object.assign(shards.items[0], { sha256: digest, bytes: bytes.byteLength });
      });
      await expect(openBundle(fetchFile)).rejects.toMatchObject({
        code: 'bundle/invalid',
        message: expect.stringContaining(message),
      });
    }
  });
});

describe('writeBundle refuses', () => {
  it('no items, and parts that do not belong together', async () => {
    const { sink, files } = memoryBundle();
    const content = await bundleContent(items);
    await expect(writeBundle(await bundleContent([]), sink)).rejects.toMatchObject({ code: 'catalog/empty' });
    await expect(writeBundle({ ...content, items: items.slice(1) }, sink)).rejects.toMatchObject({
      code: 'bundle/invalid',
    });
    const wrongTaps = { ...content.encoders, text: { ...content.encoders.text, taps: ['a'] } };
    await expect(writeBundle({ ...content, encoders: wrongTaps }, sink)).rejects.toMatchObject({
      code: 'bundle/invalid',
    });
    expect(files.size).toBe(0);
    const wrongFile = { ...content.encoders, text: { ...content.encoders.text, digest: '0'.repeat(64) } };
    await expect(writeBundle({ ...content, encoders: wrongFile }, sink)).rejects.toMatchObject({
      code: 'bundle/invalid',
    });
    expect(files.has(MANIFEST_FILE)).toBe(false);
  });
});
