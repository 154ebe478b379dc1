import { describe, expect, it } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../../testing/bundles';
import { encodeRows } from '../bundle/bundle-file';
import { inventory, verifyBundle } from '../bundle/inventory';
import type { Manifest } from '../bundle/manifest-schema';
import { openBundle, openHead } from '../bundle/read-bundle';
import { writeBundle } from '../bundle/write-bundle';
import { bundleTexts, decodeTexts, localeFor, marketFor } from '.';

const ITEMS = ['a', 'b', 'c', 'd', 'e'].map((id) => makeItem(id));
const TEXTS = ITEMS.map(({ id }, n) => (n === 3 ? null : { title: `Titel von ${id}` }));

async function written(options = {}, texts = TEXTS): Promise<{ manifest: Manifest } & ReturnType<typeof memoryBundle>> {
  const bundle = memoryBundle();
  const content = { ...(await bundleContent(ITEMS)), language: 'en', locales: [{ tag: 'de', market: 'de', texts }] };
  return { ...bundle, manifest: await writeBundle(content, bundle.sink, options) };
}

const bytesOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

describe('texts in another language', () => {
  it('have one file for each shard and one for the head, in the order of their items', async () => {
    const { manifest, fetchFile } = await written({ shardItems: 2 });
    const { shards, file, head } = await openHead(fetchFile);
    const textOf = new Map(ITEMS.map(({ id }, n) => [id, TEXTS[n]]));
    const expected = (items: readonly { id: string }[]) => items.map(({ id }) => textOf.get(id));
    for await (const { number = 0, items } of shards.all()) {
      const { file: named, bytes } = await shards.beside(number, { texts: 'de' });
      expect(decodeTexts(bytes, named, items.length)).toEqual(expected(items));
    }
    const texts = manifest.locales?.de.head ?? manifest.projection;
    expect(decodeTexts(await file(texts), texts.file, head.items.length)).toEqual(expected(head.items));
    expect(await bundleTexts(await openBundle(fetchFile), 'de')).toEqual(TEXTS);
  });

  it('are listed and verified', async () => {
    const { manifest, files, fetchFile } = await written({ shardItems: 2 });
    await verifyBundle(manifest, fetchFile);
    const named = new Set((await inventory(manifest, fetchFile)).map(({ file }) => file));
    const texts = [...files.keys()].filter((name) => name.startsWith('texts-'));
    expect(texts.length).toBe(4);
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
    const names = [one, two].map(({ files }) => [...files.keys()].filter((name) => name.startsWith('texts-')));
    // Those of one shard and of the head.
    expect(names[1].filter((name) => !names[0].includes(name))).toHaveLength(2);
    expect(one.manifest.digest).toBe(two.manifest.digest);
    expect(one.manifest.shards.head).toEqual(two.manifest.shards.head);
  });

  it('are refused if they are for other items', () => {
    expect(() => decodeTexts(bytesOf(encodeRows(TEXTS)), 'texts.json', 4)).toThrow('has 5 items, the manifest says 4');
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
