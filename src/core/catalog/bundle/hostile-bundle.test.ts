import { describe, expect, it } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../testing/bundles';
import { topicContent } from '../../../testing/topics';
import { sha256 } from '../../common/bytes';
import { type BundleFile, MANIFEST_FILE, type Manifest } from './manifest-schema';
import { openBundle } from './read-bundle';
import { writeBundle } from './write-bundle';

const items = ['a', 'b', 'c', 'd', 'e'].map((id) => makeItem(id));
/** A manifest whose clusters are used only if it has any. */
type Edited = Manifest & Required<Pick<Manifest, 'clusters'>>;

const small = async () => {
  const memory = memoryBundle();
  await writeBundle(await bundleContent(items), memory.sink, { shardItems: 2 });
  return memory;
};
const clustered = async () => {
  const memory = memoryBundle();
  const content = await topicContent({ items: 120, topics: 4 });
  await writeBundle(content, memory.sink, { clusterFrom: 100, clusterItems: 20 });
  return memory;
};

function edit(files: Map<string, Uint8Array>, change: (manifest: Edited) => void): void {
  const manifest = JSON.parse(new TextDecoder().decode(files.get(MANIFEST_FILE)));
  change(manifest);
  files.set(MANIFEST_FILE, new TextEncoder().encode(JSON.stringify(manifest)));
}

/** Puts other bytes into a file, with the digest that fits them. */
async function replace(
  files: Map<string, Uint8Array>,
  entry: (manifest: Edited) => BundleFile,
  change: (bytes: Uint8Array) => void,
): Promise<void> {
  let name = '';
  edit(files, (manifest) => {
    name = entry(manifest).file;
  });
  const bytes = files.get(name)?.slice() ?? new Uint8Array();
  change(bytes);
  files.set(name, bytes);
  const digest = await sha256(bytes);
  edit(files, (manifest) => void Object.assign(entry(manifest), { sha256: digest }));
}

const file = { file: 'items-0.json', sha256: '0'.repeat(64), bytes: 3 };

describe('a manifest with numbers beyond its files', () => {
  it.each<[string, 'small' | 'clustered', (manifest: Edited) => void, string]>([
    ['a billion items', 'small', (manifest) => Object.assign(manifest, { count: 1e9 }), 'count'],
    ['a billion items in clusters', 'clustered', (manifest) => Object.assign(manifest, { count: 1e9 }), 'count'],
    [
      'more items than its clusters hold',
      'clustered',
      (manifest) => Object.assign(manifest, { count: 5e6 }),
      'clusters of up to',
    ],
    ['rows a billion wide', 'small', (manifest) => Object.assign(manifest, { dim: 1e9 }), 'dim'],
    ['rows a billion wide in clusters', 'clustered', (manifest) => Object.assign(manifest, { dim: 1e9 }), 'dim'],
    [
      'a hundred thousand empty shards',
      'small',
      ({ shards }) => {
        shards.items = [...Array(100_000).fill({ ...file, start: 0, count: 0 }), ...shards.items];
      },
      'shards.items.0.count',
    ],
    [
      'a hundred thousand empty shards, and no item',
      'small',
      (manifest) => {
        manifest.count = 0;
        manifest.shards = { items: Array(100_000).fill({ ...file, start: 0, count: 0 }), features: [] };
      },
      'count',
    ],
    [
      'shards of a billion items',
      'small',
      (manifest) => {
        manifest.shards.items[2].count = 1e9;
        manifest.shards.features[2].count = 1e9;
        manifest.count = 1e9 + 4;
      },
      'count',
    ],
    [
      'a thousand taps',
      'small',
      ({ modalities }) => {
        modalities.text.taps = Array.from({ length: 1000 }, String);
      },
      'modalities.text.taps',
    ],
    [
      'clusters of a billion items',
      'clustered',
      ({ clusters }) => Object.assign(clusters, { largest: 1e9 }),
      'largest',
    ],
    ['a billion clusters', 'clustered', ({ clusters }) => Object.assign(clusters, { count: 1e9 }), 'clusters.count'],
    [
      'a head larger than the catalogue',
      'clustered',
      (manifest) => {
        manifest.head = undefined;
        manifest.clusters.head.count = 121;
      },
      'for 121 items',
    ],
    [
      'a size in bytes beyond any file',
      'small',
      ({ projection }) => Object.assign(projection, { bytes: 1e300 }),
      'bytes',
    ],
    ['a key that the format does not have', 'small', (manifest) => Object.assign(manifest, { offers: {} }), 'offers'],
    [
      'a key that a file entry does not have',
      'small',
      ({ shards }) => Object.assign(shards.items[0], { url: 'https://other.example/' }),
      'url',
    ],
  ])('is refused before anything is fetched: %s', async (_, kind, change, message) => {
    const { files, fetchFile, fetched } = await (kind === 'small' ? small() : clustered());
    edit(files, change);
    await expect(openBundle(fetchFile)).rejects.toMatchObject({
      code: 'bundle/invalid',
      message: expect.stringContaining(message),
    });
    expect(fetched).toEqual([MANIFEST_FILE]);
  });
});

describe('numbers that are not finite, or make scores infinite,', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e30])('in a scale are refused: %f', async (value) => {
    const { files, fetchFile } = await small();
    await replace(
      files,
      ({ shards }) => shards.features[1],
      (bytes) => new DataView(bytes.buffer).setFloat32(4, value, true),
    );
    await expect(openBundle(fetchFile)).rejects.toMatchObject({
      code: 'bundle/invalid',
      message: expect.stringMatching(/features-\w+\.bin.*scale/),
    });
  });

  it('are refused in a head, in axes and in the directory', async () => {
    const opened = async (change: (manifest: Edited) => BundleFile, at: number, value = Number.NaN) => {
      const { files, fetchFile } = await clustered();
      await replace(files, change, (bytes) => new DataView(bytes.buffer).setFloat32(at, value, true));
      const bundle = await openBundle(fetchFile, undefined, { whole: false });
      await bundle.clusters?.directory();
      await bundle.clusters?.axes();
    };
    const refused = { code: 'bundle/invalid' };
    await expect(opened(({ clusters }) => clusters.head.features, 0)).rejects.toMatchObject(refused);
    for (const value of [Number.NaN, 3e38])
      await expect(opened(({ clusters }) => clusters.axes, 8, value)).rejects.toMatchObject(refused);
    const radius = async (value: number) => {
      const { manifest } = await manifestOf();
      return opened(({ clusters }) => clusters.directory, 12 + 4 * (manifest.clusters?.count ?? 0), value);
    };
    await expect(radius(Number.NaN)).rejects.toMatchObject(refused);
    await expect(radius(-1)).rejects.toMatchObject(refused);
    await expect(radius(3e38)).rejects.toMatchObject(refused);
  });

  it('are refused in the features of a cluster', async () => {
    const { files, fetchFile } = await clustered();
    const bundle = await openBundle(fetchFile);
    const clusters = bundle.clusters;
    if (!clusters) throw new Error('this bundle has no clusters');
    const entry = (await clusters.directory()).file(0, 'features');
    const bytes = files.get(entry.file) ?? new Uint8Array();
    new DataView(bytes.buffer).setFloat32(0, Number.NaN, true);
    // The directory holds the digest of the file, so both are changed to fit each other.
    const digest = Buffer.from(await sha256(bytes), 'hex');
    const { directory } = bundle.manifest.clusters ?? {};
    const old = Buffer.from(entry.sha256, 'hex');
    await replace(
      files,
      ({ clusters }) => clusters.directory,
      (all) => all.set(digest, Buffer.from(all).indexOf(old)),
    );
    files.set(`features-${digest.toString('hex').slice(0, 16)}.bin`, bytes);
    expect(directory).toBeDefined();
    const other = await openBundle(fetchFile, undefined, { whole: false });
    await expect(other.clusters?.items(0)).rejects.toMatchObject({ code: 'bundle/invalid' });
  });
});

async function manifestOf(): Promise<{ manifest: Manifest }> {
  const { files } = await clustered();
  return { manifest: JSON.parse(new TextDecoder().decode(files.get(MANIFEST_FILE))) };
}
