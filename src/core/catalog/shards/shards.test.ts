import { beforeAll, describe, expect, it } from 'vitest';
import { contentTaps, memoryBundle } from '../../../testing/bundles';
import { topicContent } from '../../../testing/topics';
import { sha256 } from '../../common/bytes';
import { inventory } from '../bundle/inventory';
import { MANIFEST_FILE, type Manifest } from '../bundle/manifest-schema';
import { type Bundle, openBundle } from '../bundle/read-bundle';
import { type BundleContent, writeBundle } from '../bundle/write-bundle';
import type { Item } from '../item';

const COUNT = 600;
const OPTIONS = { clusterFrom: 100, clusterItems: 20 };

let content: BundleContent;
beforeAll(async () => {
  content = await topicContent({ items: COUNT, topics: 15 });
});

async function written(of = content, previous?: Bundle) {
  const memory = memoryBundle();
  const manifest = await writeBundle(of, memory.sink, { ...OPTIONS, previous });
  return { ...memory, manifest };
}

const clustersOf = (bundle: Bundle) => {
  if (!bundle.clusters) throw new Error('this bundle has no clusters');
  return bundle.clusters;
};

/** The same catalogue with changes. */
function changed(rows: number[], edit: (item: Item) => Item = (item) => item): BundleContent {
  const { features } = content;
  const perItem = features.taps.text + features.taps.image;
  const width = perItem * features.dim;
  return {
    ...content,
    items: rows.map((row) => edit(content.items[row])),
    features: {
      ...features,
      count: rows.length,
      values: Int8Array.from(rows.flatMap((row) => [...features.values.subarray(row * width, (row + 1) * width)])),
      scales: Float32Array.from(
        rows.flatMap((row) => [...features.scales.subarray(row * perItem, (row + 1) * perItem)]),
      ),
    },
  };
}

const allRows = Array.from({ length: COUNT }, (_, row) => row);

describe('a catalogue in clusters', () => {
  it('has every item once, with its features, in clusters of bounded size', async () => {
    const { fetchFile, manifest } = await written();
    const bundle = await openBundle(fetchFile);
    const directory = await clustersOf(bundle).directory();
    expect(Math.max(...directory.counts)).toBe(manifest.clusters?.largest);
    expect(manifest.clusters?.largest).toBeLessThanOrEqual(40);
    expect(directory.clusters).toBeGreaterThan(COUNT / 40);
    expect(bundle.items.map(({ id }) => id).sort()).toEqual(content.items.map(({ id }) => id).sort());
    const width = bundle.features.values.length / COUNT;
    for (const at of [0, 1, 300, COUNT - 1]) {
      const row = content.items.findIndex(({ id }) => id === bundle.items[at].id);
      expect(bundle.items[at]).toEqual(content.items[row]);
      expect(bundle.features.values.slice(at * width, (at + 1) * width)).toEqual(
        contentTaps(content).values.slice(row * width, (row + 1) * width),
      );
    }
  });

  it('puts like with like: most items of a cluster share their topic', async () => {
    const bundle = await openBundle((await written()).fetchFile);
    const clusters = clustersOf(bundle);
    let agreeing = 0;
    for (let cluster = 0; cluster < (await clusters.directory()).clusters; cluster++) {
      const topics = new Map<string, number>();
      for (const { category } of (await clusters.items(cluster)).items) {
        topics.set(category, (topics.get(category) ?? 0) + 1);
      }
      agreeing += Math.max(...topics.values());
    }
    expect(agreeing / COUNT).toBeGreaterThan(0.7);
  });

  it('opens with only its head, including the popular items, and finds any other item by its id', async () => {
    const { fetchFile, fetched, manifest } = await written();
    const bundle = await openBundle(fetchFile, undefined, { whole: false });
    const { head, statistics } = manifest.clusters ?? {};
    expect(new Set(fetched)).toEqual(new Set([MANIFEST_FILE, head?.features.file, statistics?.file]));
    expect(bundle.statistics).toMatchObject({ count: COUNT, popularity: { known: COUNT, any: true } });
    const popular = content.items.toSorted((a, b) => (b.popularity ?? 0) - (a.popularity ?? 0))[0];
    expect(bundle.items.map(({ id }) => id)).toContain(popular.id);
    for (const id of ['item-0', 'item-599']) {
      const [cluster] = await clustersOf(bundle).clustersWith(id);
      expect((await clustersOf(bundle).items(cluster)).items.map((item) => item.id)).toContain(id);
    }
    expect(await clustersOf(bundle).clustersWith('nothing of this name')).toEqual([]);
  });

  it('has the same bytes for the same content', async () => {
    const [first, second] = await Promise.all([written(), written()]);
    expect([...second.files.keys()]).toEqual([...first.files.keys()]);
    // A comparison by the test runner would take seconds.
    const differing = [...first.files].filter(
      ([name, bytes]) => !second.files.get(name)?.every((byte, at) => byte === bytes[at]),
    );
    expect(differing.map(([name]) => name)).toEqual([]);
  });

  it('names every file by its digest', async () => {
    const { files, fetchFile, manifest } = await written();
    const listed = await inventory(manifest, fetchFile);
    for (const { file, sha256: digest, bytes } of listed) {
      const stored = files.get(file) ?? new Uint8Array();
      expect([file, await sha256(stored), stored.byteLength]).toEqual([file, digest, bytes]);
    }
    const others = [...files.keys()].filter((name) => !listed.some(({ file }) => file === name));
    expect(others.filter((name) => !name.startsWith('manifest'))).toEqual([]);
  });
});

describe('a rebuilt catalogue with clusters', () => {
  const names = async (manifest: Manifest, fetchFile: (name: string) => Promise<Response>) =>
    new Set((await inventory(manifest, fetchFile)).map(({ file }) => file));

  it('keeps every file when nothing changed but the order of the feed', async () => {
    const first = await written();
    const again = await written(changed(allRows.toReversed()), await openBundle(first.fetchFile));
    const [before, after] = [
      await names(first.manifest, first.fetchFile),
      await names(again.manifest, again.fetchFile),
    ];
    const lost = [...before].filter((name) => !after.has(name) && /^(features|items|ids|axes|directory)/.test(name));
    // The head lists equally popular items in the order of the feed.
    expect(lost.length).toBeLessThanOrEqual(2);
  });

  it('keeps the clusters that a changed, a new and a lost item do not touch', async () => {
    const first = await written(changed(allRows.slice(1)));
    const edit = (item: Item): Item => (item.id === 'item-77' ? { ...item, title: 'Renamed' } : item);
    const rows = [0, ...allRows.slice(2)];
    const again = await written(changed(rows, edit), await openBundle(first.fetchFile));
    const before = await names(first.manifest, first.fetchFile);
    const fresh = [...(await names(again.manifest, again.fetchFile))].filter((name) => !before.has(name));
    const features = fresh.filter((name) => name.startsWith('features'));
    const items = fresh.filter((name) => name.startsWith('items'));
    expect(features.length).toBeLessThanOrEqual(4);
    expect(items.length).toBeLessThanOrEqual(4);
    const bundle = await openBundle(again.fetchFile);
    expect(bundle.items.map(({ id }) => id).sort()).toEqual(rows.map((row) => content.items[row].id).sort());
    expect(bundle.items.find(({ id }) => id === 'item-77')?.title).toBe('Renamed');
  });

  it('splits clusters that became too large, and clusters a different catalogue from scratch', async () => {
    const half = await written(changed(allRows.slice(0, 350)));
    const { manifest, fetchFile } = await written(content, await openBundle(half.fetchFile));
    expect(manifest.clusters?.largest).toBeLessThanOrEqual(40);
    expect((await openBundle(fetchFile)).items).toHaveLength(COUNT);
    const tenth = await written(changed(allRows.slice(0, 120)));
    const reclustered = await written(content, await openBundle(tenth.fetchFile));
    expect(reclustered.manifest.clusters?.directory).toEqual((await written()).manifest.clusters?.directory);
  });
});

describe('damage to a catalogue in clusters', () => {
  it('is found file by file, when the file is asked for', async () => {
    const { files, fetchFile } = await written();
    const clusters = clustersOf(await openBundle(fetchFile, undefined, { whole: false }));
    const directory = await clusters.directory();
    const file = directory.file(3, 'features').file;
    const sound = files.get(file) ?? new Uint8Array();
    const bad = sound.slice();
    bad[5] ^= 1;
    files.set(file, bad);
    await expect(clusters.items(3)).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
    files.delete(file);
    await expect(clusters.items(3)).rejects.toMatchObject({ code: 'bundle/unreachable' });
    files.set(file, sound);
    expect((await clusters.items(3)).items).toHaveLength(directory.counts[3]);
  });

  it('in a directory that contradicts the manifest is refused, even if its digest matches', async () => {
    const { files, fetchFile, manifest } = await written();
    const directory = manifest.clusters?.directory.file ?? '';
    const bytes = (files.get(directory) ?? new Uint8Array()).slice(0, -32);
    files.set(directory, bytes);
    const edited = JSON.parse(new TextDecoder().decode(files.get(MANIFEST_FILE)));
    Object.assign(edited.clusters.directory, { bytes: bytes.byteLength, sha256: await sha256(bytes) });
    files.set(MANIFEST_FILE, new TextEncoder().encode(JSON.stringify(edited)));
    await expect(openBundle(fetchFile)).rejects.toMatchObject({ code: 'bundle/invalid' });
  });
});
