import { describe, expect, it } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import { inventory, verifyBundle } from '../bundle/inventory';
import { parseManifest } from '../bundle/manifest-file';
import type { Manifest } from '../bundle/manifest-schema';
import { writeBundle } from '../bundle/write-bundle';
import { decodeTexts, encodeTexts, localeFor, marketFor } from '.';

const ITEMS = ['a', 'b', 'c', 'd', 'e'].map((id) => makeItem(id));
const TEXTS = ITEMS.map(({ id }, n) => (n === 3 ? null : { title: `Titel von ${id}` }));

async function written(options = {}, texts = TEXTS): Promise<{ manifest: Manifest } & ReturnType<typeof memoryBundle>> {
  const bundle = memoryBundle();
  const content = { ...(await bundleContent(ITEMS)), language: 'en', locales: [{ tag: 'de', market: 'de', texts }] };
  return { ...bundle, manifest: await writeBundle(content, bundle.sink, options) };
}

const bytesOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

describe('texts in another language', () => {
  it('have one file for each items file, in its order', async () => {
    const { manifest, files } = await written({ shardItems: 2 });
    const parts = manifest.locales?.de.files.map(({ file }, n) =>
      decodeTexts(bytesOf(files.get(file) ?? new Uint8Array()), file, manifest.shards.items[n].count),
    );
    expect(parts?.flat()).toEqual(TEXTS);
    expect(parts?.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(parseManifest(bytesOf(files.get('manifest.json') ?? new Uint8Array())).locales).toEqual(manifest.locales);
  });

  it.each([
    ['shards', { shardItems: 2 }],
    ['clusters', { clusterFrom: 1, clusterItems: 2 }],
  ])('are listed and verified in a bundle of %s', async (_, options) => {
    const { manifest, files, fetchFile } = await written(options);
    await verifyBundle(manifest, fetchFile);
    const named = new Set((await inventory(manifest, fetchFile)).map(({ file }) => file));
    const texts = [...files.keys()].filter((name) => name.startsWith('texts-'));
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.filter((name) => !named.has(name))).toEqual([]);
    for (const name of texts) {
      const bytes = files.get(name) ?? new Uint8Array();
      files.delete(name);
      await expect(verifyBundle(manifest, fetchFile)).rejects.toMatchObject({ code: 'bundle/unreachable' });
      files.set(name, bytes);
    }
  });

  it('keep their files if unchanged', async () => {
    const one = await written({ shardItems: 2 });
    const changed = TEXTS.map((text, n) => (n === 4 ? { title: 'Neu' } : text));
    const two = await written({ shardItems: 2 }, changed);
    const names = [one, two].map(({ manifest }) => manifest.locales?.de.files.map(({ file }) => file) ?? []);
    expect(names[0].slice(0, 2)).toEqual(names[1].slice(0, 2));
    expect(names[0][2]).not.toBe(names[1][2]);
    expect(one.manifest.digest).toBe(two.manifest.digest);
  });

  it('are refused if they are for other items', async () => {
    await expect(written({}, TEXTS.slice(1))).rejects.toThrow('5 items but 4 texts in de');
    expect(() => decodeTexts(bytesOf(encodeTexts(TEXTS)), 'texts.json', 4)).toThrow('texts of 5 items');
    const wrong = new TextEncoder().encode('[{"title":""}]');
    expect(() => decodeTexts(bytesOf(wrong), 'texts.json', 1)).toThrow('0.title');
  });
});

it("picks the language of a reader, and its market, unless it is the items' own", async () => {
  const { manifest } = await written();
  expect(['de-AT', 'en-GB', 'fr', '', undefined].map((lang) => localeFor(manifest, lang))).toEqual([
    'de',
    ...[null, null, null, null],
  ]);
  expect(marketFor(manifest, 'de')).toBe('de');
  expect(marketFor(manifest, 'en')).toBeUndefined();
  expect(localeFor({ ...manifest, locales: undefined }, 'de')).toBeNull();
});
