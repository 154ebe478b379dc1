import { describe, expect, it } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import { topicContent } from '../../../testing/topics';
import { verifyBundle } from './inventory';
import { bundleFiles, MANIFEST_FILE } from './manifest-schema';
import { openBundle } from './read-bundle';
import { type WriteBundleOptions, writeBundle } from './write-bundle';

const items = ['a', 'b', 'c', 'd', 'e'].map((id) => makeItem(id));

describe('verifyBundle', () => {
  it.each<[string, WriteBundleOptions]>([
    ['in shards', { shardItems: 2 }],
    ['in clusters', { clusterFrom: 2, clusterItems: 2 }],
  ])('keeps the manifest of the previous bundle when the new one cannot be read, %s', async (_, options) => {
    const { files, sink, fetchFile } = memoryBundle();
    const verify = (manifest: Parameters<typeof verifyBundle>[0]) => verifyBundle(manifest, fetchFile);
    const good = await writeBundle(await bundleContent(items), sink, { ...options, verify });
    const place = files.get(MANIFEST_FILE);
    const previous = await openBundle(fetchFile);
    const bad = await bundleContent([...items, makeItem('f')]);
    // A disk that loses the end of every written file.
    const torn: typeof sink = (name, bytes) =>
      sink(name, name.startsWith('items-') && !files.has(name) ? bytes.slice(0, -4) : bytes);
    await expect(writeBundle(bad, torn, { ...options, previous, verify })).rejects.toMatchObject({
      code: expect.stringMatching(/^bundle\//),
      message: expect.stringMatching(/items-\w+\.json/),
    });
    expect(files.get(MANIFEST_FILE)).toBe(place);
    expect((await openBundle(fetchFile)).manifest.digest).toBe(good.digest);
  });

  it.each<[string, WriteBundleOptions]>([
    ['in shards', { shardItems: 2 }],
    ['in clusters', { clusterFrom: 2, clusterItems: 2 }],
  ])('refuses a manifest with other items than the files, %s', async (_, options) => {
    const { sink, fetchFile } = memoryBundle();
    const { head = [], ...manifest } = await writeBundle(await bundleContent(items), sink, options);
    await verifyBundle({ ...manifest, head }, fetchFile);
    const other = head.with(-1, { ...head[head.length - 1], title: 'Another' });
    await expect(verifyBundle({ ...manifest, head: other }, fetchFile)).rejects.toMatchObject({
      code: 'bundle/invalid',
      message: expect.stringMatching(/has different items than items-/),
    });
  });

  it('reads every file once, before the manifest is written', async () => {
    const { sink, fetchFile, fetched, files } = memoryBundle();
    const content = await topicContent({ items: 120, topics: 4 });
    const cooccurrence = {
      count: 120,
      offsets: Uint32Array.from({ length: 121 }, (_, n) => Math.min(n, 1)),
      rows: Uint32Array.of(2),
      lifts: Float32Array.of(1),
    };
    let placed: boolean | undefined;
    const seen: number[] = [];
    const manifest = await writeBundle(content, sink, {
      clusterFrom: 100,
      clusterItems: 20,
      learned: { cooccurrence },
      verify: async (next) => {
        placed = files.has(MANIFEST_FILE);
        await verifyBundle(next, fetchFile, (done) => seen.push(done));
      },
    });
    expect(placed).toBe(false);
    expect(manifest.companions).toBeDefined();
    const stems = new Set(fetched.map((name) => name.split('-')[0]));
    expect(stems).toEqual(new Set('directory axes statistics items features ids projection companions'.split(' ')));
    expect(new Set(fetched).size).toBe(fetched.length);
    expect(bundleFiles(manifest).every(({ file }) => fetched.includes(file))).toBe(true);
    expect(seen.at(-1)).toBe(120);
  });

  it('refuses an item that occurs twice, and files that were cut', async () => {
    const refused = async (change: (files: Map<string, Uint8Array>) => void) => {
      const { sink, fetchFile, files } = memoryBundle();
      const manifest = await writeBundle(await bundleContent(items), sink);
      change(files);
      await verifyBundle(manifest, fetchFile);
    };
    await refused(() => {});
    const cut = (stem: string) => (files: Map<string, Uint8Array>) => {
      for (const [name, bytes] of files) if (name.startsWith(stem)) files.set(name, bytes.slice(1));
    };
    for (const stem of ['projection', 'text-', 'features']) {
      await expect(refused(cut(stem))).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
    }
    const { sink, fetchFile } = memoryBundle();
    const twice = await writeBundle(await bundleContent([...items, items[0]]), sink);
    await expect(verifyBundle(twice, fetchFile)).rejects.toThrow('occurs twice');
  });
});
