import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bundleContent, makeItem, memoryBundle } from '../../../../testing/bundles';
import { sha256 } from '../../common/bytes';
import { MANIFEST_FILE, type Manifest } from './manifest-schema';
import { openBundle, openHead } from './read-bundle';
import { writeBundle } from './write-bundle';

const items = ['a', 'b', 'c', 'd', 'e'].map((id) => makeItem(id));

async function written() {
  const memory = memoryBundle();
  const manifest = await writeBundle(await bundleContent(items), memory.sink, { shardItems: 2 });
  return { ...memory, manifest };
}

function edit(files: Map<string, Uint8Array>, change: (manifest: Manifest) => void): void {
  const manifest = JSON.parse(new TextDecoder().decode(files.get(MANIFEST_FILE)));
  change(manifest);
  files.set(MANIFEST_FILE, new TextEncoder().encode(JSON.stringify(manifest)));
}

/** Changes bytes of a compressed file, and its digests in the directory and in the manifest. */
async function tamper(files: Map<string, Uint8Array>, name: string, change: (view: DataView) => void): Promise<void> {
  const before = gunzipSync(files.get(name) ?? new Uint8Array());
  const after = new Uint8Array(before);
  change(new DataView(after.buffer));
  const [old, digest] = [await sha256(new Uint8Array(before)), await sha256(after)];
  const next = name.replace(old.slice(0, 16), digest.slice(0, 16));
  files.set(next, gzipSync(after));
  for (const other of [...files.keys()].filter((of) => /^(directory|ids)-/.test(of))) {
    const named = Buffer.from(old.slice(0, 16), 'hex');
    const at = gunzipSync(files.get(other) ?? new Uint8Array()).indexOf(named);
    const put = (view: DataView): void => new Uint8Array(view.buffer).set(Buffer.from(digest.slice(0, 16), 'hex'), at);
    if (at >= 0) await tamper(files, other, put);
  }
  const text = new TextDecoder().decode(files.get(MANIFEST_FILE));
  files.set(MANIFEST_FILE, new TextEncoder().encode(text.replaceAll(name, next).replaceAll(old, digest)));
}

const file = { file: 'shard-0.bin', sha256: '0'.repeat(64), bytes: 3 };

describe('a manifest with numbers beyond its files', () => {
  it.each<[string, (manifest: Manifest) => void, string]>([
    ['a billion items', (manifest) => Object.assign(manifest, { count: 1e9 }), 'count'],
    ['more items than its shards hold', (manifest) => Object.assign(manifest, { count: 5e6 }), 'shards of up to'],
    ['fewer items than shards', (manifest) => Object.assign(manifest, { count: 2 }), 'cannot hold 2 items'],
    ['no item', (manifest) => Object.assign(manifest, { count: 0 }), 'count'],
    ['rows a billion wide', (manifest) => Object.assign(manifest, { dim: 1e9 }), 'dim'],
    ['shards of a billion items', ({ shards }) => Object.assign(shards, { largest: 1e9 }), 'largest'],
    ['a billion shards', ({ shards }) => Object.assign(shards, { count: 1e9 }), 'shards.count'],
    [
      'a thousand taps',
      ({ modalities }) => {
        modalities.text.taps = Array.from({ length: 1000 }, String);
      },
      'modalities.text.taps',
    ],
    [
      'a side model a billion wide',
      (manifest) => Object.assign(manifest, { side: { bytes: 1, width: 1e9, digest: file.sha256 } }),
      'side.width',
    ],
    ['a size in bytes beyond any file', ({ projection }) => Object.assign(projection, { bytes: 1e300 }), 'bytes'],
    ['a key that the format does not have', (manifest) => Object.assign(manifest, { clusters: {} }), 'clusters'],
    [
      'a key that a file entry does not have',
      ({ shards }) => Object.assign(shards.directory, { url: 'https://other.example/' }),
      'url',
    ],
  ])('is refused before anything is fetched: %s', async (_, change, message) => {
    const { files, fetchFile, fetched } = await written();
    edit(files, change);
    await expect(openBundle(fetchFile)).rejects.toMatchObject({
      code: 'bundle/invalid',
      message: expect.stringContaining(message),
    });
    expect(fetched).toEqual([MANIFEST_FILE]);
  });
});

describe('a bundle whose digests fit', () => {
  const invalid = (name: RegExp) => ({ code: 'bundle/invalid', message: expect.stringMatching(name) });

  it('is refused for a head of more items than the catalogue', async () => {
    const { files, fetchFile } = await written();
    edit(files, (manifest) => Object.assign(manifest, { count: 4 }));
    await expect(openHead(fetchFile)).rejects.toMatchObject(invalid(/head-\w+\.bin.*5 items/));
  });

  it('is refused for lists of another number of shards', async () => {
    const { files, fetchFile } = await written();
    edit(files, ({ shards }) => Object.assign(shards, { count: shards.count + 1 }));
    await expect(openBundle(fetchFile)).rejects.toMatchObject(invalid(/directory-\w+\.bin.*files/));
    const { shards } = await openHead(fetchFile);
    await expect(shards.checkIndexes()).rejects.toMatchObject(invalid(/directory-\w+\.bin.*entries/));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e30])(
    'is refused for a scale of %f in a shard',
    async (value) => {
      const { files, fetchFile } = await written();
      const [shard] = [...files.keys()].filter((name) => name.startsWith('shard-'));
      await tamper(files, shard, (view) => {
        // After the lengths of the six parts, the items and their positions, the scales.
        const features = 24 + view.getUint32(0, true) + view.getUint32(4, true);
        view.setFloat32(features, value, true);
      });
      await expect(openBundle(fetchFile)).rejects.toMatchObject(invalid(/shard-\w+\.bin.*scale/));
    },
  );

  it('is refused for a scale in its head or directory that is not finite', async () => {
    for (const [stem, at] of [
      ['head', (view: DataView) => 32 + view.getUint32(0, true) + view.getUint32(4, true)],
      // After the popularities of the shards, the scales.
      ['directory', (view: DataView) => (4 * view.byteLength) / (8 + 8)],
    ] as const) {
      const { files, fetchFile, manifest } = await written();
      await tamper(files, manifest.shards[stem].file, (view) => view.setFloat32(at(view), Number.NaN, true));
      const opened = openHead(fetchFile).then(({ shards }) => shards.checkIndexes());
      await expect(opened).rejects.toMatchObject(invalid(new RegExp(`${stem}-`)));
    }
  });

  it('is refused for an id in a shard that it lacks', async () => {
    const { files, fetchFile, manifest } = await written();
    const bucket = [...files.keys()].find((name) => name.startsWith('ids-') && name !== manifest.shards.ids.file);
    await tamper(files, bucket ?? '', (view) => view.setUint32(view.byteLength - 4, 9, true));
    const { shards } = await openHead(fetchFile);
    await expect(shards.checkIndexes()).rejects.toMatchObject(invalid(/item ids/));
  });
});
