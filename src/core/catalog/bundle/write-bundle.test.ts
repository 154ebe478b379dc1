import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { bundleContent, contentTaps, makeItem, memoryBundle } from '../../../../testing/bundles';
import { sha256 } from '../../common/bytes';
import { pickRows } from '../features/feature-table';
import { type Item, itemSchema } from '../item';
import { fetchChecked } from './bundle-file';
import { inventory } from './inventory';
import { manifestFile } from './manifest-file';
import { MANIFEST_FILE } from './manifest-schema';
import { openBundle } from './read-bundle';
import { writeBundle } from './write-bundle';

const items = ['a', 'b', 'c', 'd', 'e'].map((id, i) => makeItem(id, { price: i, image: `images/${id}.webp` }));

async function written(shardItems?: number) {
  const memory = memoryBundle();
  const content = await bundleContent(items);
  const manifest = await writeBundle(content, memory.sink, { shardItems });
  return { ...memory, content, manifest };
}

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
            bundle.manifest.photos
              ? pickRows(content.features, [...Array(content.features.count).keys()], { text: [], image: [1, 2] })
              : null,
          );
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

  it('names every file by its hash and size', async () => {
    const { files, fetchFile, manifest } = await written(2);
    const listed = await inventory(manifest, fetchFile);
    const copy = await manifestFile(manifest);
    // The copy is a fallback for missing files.
    expect(files.get(copy.file)).toEqual(files.get(MANIFEST_FILE));
    const names = [...listed.map((entry) => entry.file), copy.file, MANIFEST_FILE];
    expect(new Set(names)).toEqual(new Set(files.keys()));
    for (const entry of listed) {
      const bytes = await fetchChecked(fetchFile, entry);
      expect(entry.bytes).toBe(bytes.byteLength);
      // Lists store the start of a digest.
      expect(entry.sha256.length).toBeGreaterThanOrEqual(16);
      expect((await sha256(bytes)).startsWith(entry.sha256)).toBe(true);
      expect(entry.file).toContain(entry.sha256.slice(0, 16));
    }
  });

  it('keeps the shards of items that did not change, in the folder of the previous bundle', async () => {
    const before = await written(2);
    const previous = await openBundle(before.fetchFile);
    const changed = items.map((item, i) => (i === 4 ? { ...item, title: 'New' } : item));
    const after = memoryBundle();
    const manifest = await writeBundle(await bundleContent(changed), after.sink, { shardItems: 2, previous });
    const shards = (files: Map<string, Uint8Array>) => [...files.keys()].filter((name) => name.startsWith('shard-'));
    expect(shards(after.files).filter((name) => !before.files.has(name))).toHaveLength(1);
    expect(shards(after.files)).toHaveLength(shards(before.files).length);
    expect(manifest.digest).not.toBe(before.manifest.digest);
  });

  it('is the same catalogue, by its digest, in other shards and with other trained data', async () => {
    const { manifest } = await written(2);
    const other = memoryBundle();
    const demand = { choices: new Float32Array(5).fill(2), recent: new Float32Array(5).fill(1) };
    const options = { shardItems: 3, whole: false, learned: { demand } };
    expect((await writeBundle(await bundleContent(items), other.sink, options)).digest).toBe(manifest.digest);
    const turned = await bundleContent(items.toReversed());
    expect((await writeBundle(turned, memoryBundle().sink)).digest).not.toBe(manifest.digest);
  });
});

describe('writeBundle refuses', () => {
  it('no items, and a file of another encoder', async () => {
    const { sink, files } = memoryBundle();
    const content = await bundleContent(items);
    await expect(writeBundle(await bundleContent([]), sink)).rejects.toMatchObject({ code: 'catalog/empty' });
    expect(files.size).toBe(0);
    const wrongFile = { ...content.encoders, text: { ...content.encoders.text, digest: '0'.repeat(64) } };
    await expect(writeBundle({ ...content, encoders: wrongFile }, sink)).rejects.toMatchObject({
      code: 'bundle/invalid',
    });
    expect(files.has(MANIFEST_FILE)).toBe(false);
  });
});
