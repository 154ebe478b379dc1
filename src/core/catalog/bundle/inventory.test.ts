import { beforeAll, describe, expect, it } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../../testing/bundles';
import { sideModel } from '../../../../testing/side-models';
import { topicContent } from '../../../../testing/topics';
import { encodeHead, type Head } from '../shards/shard-file';
import { putInto } from '../shards/write-shards';
import type { Learned } from './bundle';
import { bundleItems, inventory, isContentFile, staleNames, verifyBundle } from './inventory';
import { manifestFile } from './manifest-file';
import { MANIFEST_FILE, type Manifest } from './manifest-schema';
import { openBundle, openHead } from './read-bundle';
import { type BundleContent, writeBundle } from './write-bundle';

const items = ['a', 'b', 'c', 'd', 'e'].map((id) => makeItem(id));
const COUNT = 120;

let content: BundleContent;
beforeAll(async () => {
  const topics = await topicContent({ items: COUNT, topics: 4 });
  const locales = [{ tag: 'de', texts: topics.items.map(({ id }) => ({ title: `DE ${id}` })) }];
  content = { ...topics, language: 'en', locales };
});

const numbers = Float32Array.from({ length: COUNT }, (_, row) => row);
const learned: Learned = {
  cooccurrence: {
    count: COUNT,
    offsets: Uint32Array.from({ length: COUNT + 1 }, (_, n) => Math.min(n, 1)),
    rows: Uint32Array.of(2),
    lifts: Float32Array.of(1),
  },
  demand: { choices: numbers, recent: numbers },
  side: { model: sideModel(COUNT, 2) },
};
/** Directories of one level and of two. */
const SIZES = [20, 1];

async function written(shardItems: number) {
  const memory = memoryBundle();
  return { ...memory, manifest: await writeBundle(content, memory.sink, { shardItems, learned }) };
}

describe('verifyBundle', () => {
  it.each([2, 200])(
    'keeps the manifest of the previous bundle when the new one cannot be read (%i)',
    async (shardItems) => {
      const { files, sink, fetchFile } = memoryBundle();
      const verify = (manifest: Manifest) => verifyBundle(manifest, fetchFile);
      const good = await writeBundle(await bundleContent(items), sink, { shardItems, verify });
      const place = files.get(MANIFEST_FILE);
      const previous = await openBundle(fetchFile);
      const bad = await bundleContent([...items, makeItem('f')]);
      // A disk that loses the end of every written file.
      const torn: typeof sink = (name, bytes) =>
        sink(name, name.startsWith('shard-') && !files.has(name) ? bytes.slice(0, -4) : bytes);
      await expect(writeBundle(bad, torn, { shardItems, previous, verify })).rejects.toMatchObject({
        code: 'bundle/digest-mismatch',
        message: expect.stringMatching(/shard-\w+\.bin/),
      });
      expect(files.get(MANIFEST_FILE)).toBe(place);
      expect((await openBundle(fetchFile)).manifest.digest).toBe(good.digest);
    },
  );

  it.each(SIZES)('reads every file before the manifest is written (shards of %i)', async (shardItems) => {
    const { sink, fetchFile, fetched, files } = memoryBundle();
    let placed: boolean | undefined;
    const seen: number[] = [];
    const manifest = await writeBundle(content, sink, {
      shardItems,
      learned,
      verify: async (next) => {
        placed = files.has(MANIFEST_FILE);
        await verifyBundle(next, fetchFile, (done) => seen.push(done));
      },
    });
    expect(placed).toBe(false);
    const read = new Set(fetched);
    const named = (await inventory(manifest, fetchFile)).map(({ file }) => file);
    expect(new Set(named)).toEqual(read);
    expect(new Set(named.map((name) => name.split('-')[0]))).toEqual(
      new Set('directory head shard ids texts photos projection'.split(' ')),
    );
    expect(seen.at(-1)).toBe(COUNT);
  });

  it.each(SIZES)('finds every kind of file that is missing or damaged (shards of %i)', async (shardItems) => {
    const { files, fetchFile, manifest } = await written(shardItems);
    await verifyBundle(manifest, fetchFile);
    const names = (await inventory(manifest, fetchFile)).map(({ file }) => file);
    for (const stem of new Set(names.map((name) => name.split('-')[0]))) {
      const own = names.filter((name) => name.startsWith(`${stem}-`));
      for (const name of new Set([own[0], own[own.length - 1]])) {
        const sound = files.get(name) ?? new Uint8Array();
        for (const bad of [sound.slice(1), sound.slice(0, -1), new Uint8Array()]) {
          files.set(name, bad);
          await expect(verifyBundle(manifest, fetchFile), name).rejects.toMatchObject({
            code: 'bundle/digest-mismatch',
            message: expect.stringContaining(name),
          });
        }
        files.delete(name);
        await expect(verifyBundle(manifest, fetchFile), name).rejects.toMatchObject({ code: 'bundle/unreachable' });
        files.set(name, sound);
      }
    }
    await verifyBundle(manifest, fetchFile);
  });

  it('refuses an item that occurs twice, and a manifest with other numbers than the files', async () => {
    const { sink, fetchFile } = memoryBundle();
    const twice = await writeBundle(await bundleContent([...items, items[0]]), sink, { shardItems: 2 });
    await expect(verifyBundle(twice, fetchFile)).rejects.toThrow('occurs twice');
    const { manifest, ...memory } = await written(20);
    const invalid = { code: 'bundle/invalid' };
    const others: Partial<Manifest>[] = [
      { count: COUNT - 1 },
      { dim: manifest.dim + 1 },
      { side: undefined },
      { demand: undefined },
      { companions: undefined },
      { shards: { ...manifest.shards, count: manifest.shards.count - 1 } },
      { shards: { ...manifest.shards, largest: 1, count: COUNT } },
    ];
    for (const change of others) {
      await expect(
        verifyBundle({ ...manifest, ...change }, memory.fetchFile),
        Object.keys(change)[0],
      ).rejects.toMatchObject(invalid);
    }
  });

  it('refuses a head whose items differ from the shards that it names', async () => {
    const { manifest, sink, fetchFile } = await written(20);
    const { head } = await openHead(fetchFile);
    const renamed = head.items.with(0, { ...head.items[0], title: 'Other' });
    const changed: Partial<Head>[] = [
      { items: renamed },
      { shards: head.shards.map((shard) => (shard + 1) % manifest.shards.count) },
      { positions: head.positions.map((place) => place + 1) },
      { items: head.items.with(0, head.items[1]) },
    ];
    for (const change of changed) {
      const bytes = encodeHead({ ...head, ...change }, manifest.shards.count);
      const shards = { ...manifest.shards, head: await putInto(sink)('head', 'bin', bytes) };
      await expect(verifyBundle({ ...manifest, shards }, fetchFile), Object.keys(change)[0]).rejects.toMatchObject({
        code: 'bundle/invalid',
        message: expect.stringContaining(shards.head.file),
      });
    }
  });
});

describe('the files of a bundle', () => {
  it.each(SIZES)('are all that it wrote, once each (shards of %i)', async (shardItems) => {
    const { manifest, files, fetchFile } = await written(shardItems);
    const names = (await inventory(manifest, fetchFile)).map(({ file }) => file);
    expect(new Set(names).size).toBe(names.length);
    const copy = (await manifestFile(manifest)).file;
    expect(new Set([...names, copy, MANIFEST_FILE])).toEqual(new Set(files.keys()));
    for (const name of files.keys()) expect(isContentFile(name)).toBe(name !== MANIFEST_FILE);
  });

  it('are its items, shard by shard', async () => {
    const { manifest, fetchFile } = await written(20);
    const ids: string[] = [];
    for await (const part of bundleItems(manifest, fetchFile)) ids.push(...part.map(({ id }) => id));
    expect(ids.sort()).toEqual(content.items.map(({ id }) => id).sort());
  });

  it('are stale when neither the bundle nor the one before it has them', async () => {
    const { files, sink, fetchFile } = await written(20);
    const build = async (title: string) => {
      const renamed = content.items.with(0, { ...content.items[0], title });
      const previous = await openBundle(fetchFile);
      return writeBundle({ ...content, items: renamed }, sink, { shardItems: 20, previous });
    };
    const stale = (...manifests: Manifest[]) => staleNames([...files.keys(), 'mine.json'], manifests, fetchFile);
    const second = await build('Second');
    expect(await stale(second)).toEqual([]);
    const third = await build('Third');
    const old = await stale(third);
    const kept = new Set((await inventory(third, fetchFile)).map(({ file }) => file));
    // One shard, the head and the directory differ.
    for (const stem of ['shard', 'head', 'directory']) {
      expect(
        old.filter((name) => name.startsWith(`${stem}-`)),
        stem,
      ).toHaveLength(1);
    }
    expect(old.filter((name) => kept.has(name))).toEqual([]);
    expect(await stale(third, second)).toEqual([]);
    const left = 'shard-0123456789abcdef.bin.part';
    expect(await staleNames([left], [third], fetchFile)).toEqual([left]);
  });
});
