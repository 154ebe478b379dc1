import { describe, expect, it } from 'vitest';
import { bundleContent, contentTaps, makeItem, memoryBundle } from '../../../../testing/bundles';
import { BUNDLE_SCHEMA, MANIFEST_FILE } from './manifest-schema';
import { openBundle, openHead } from './read-bundle';
import { writeBundle } from './write-bundle';

const items = ['a', 'b', 'c', 'd', 'e'].map((id, i) => makeItem(id, { price: i, image: `images/${id}.webp` }));

async function written(shardItems?: number) {
  const memory = memoryBundle();
  const content = await bundleContent(items);
  const manifest = await writeBundle(content, memory.sink, { shardItems });
  const shards = [...memory.files.keys()].filter((name) => name.startsWith('shard-'));
  return { ...memory, content, manifest, shards };
}

/** Rewrites the manifest as somebody else might. */
function editManifest(files: Map<string, Uint8Array>, edit: (manifest: Record<string, unknown>) => void): void {
  const manifest = JSON.parse(new TextDecoder().decode(files.get(MANIFEST_FILE)));
  edit(manifest);
  files.set(MANIFEST_FILE, new TextEncoder().encode(JSON.stringify(manifest)));
}

describe('an opened bundle', () => {
  it('has its head after two requests, with which a page makes its first list', async () => {
    const { fetchFile, fetched, manifest, content } = await written(2);
    const seen: [number, number][] = [];
    const { head, shards } = await openHead(fetchFile, (loaded, total) => seen.push([loaded, total]));
    expect(fetched).toEqual([MANIFEST_FILE, manifest.shards.head.file]);
    // All of a small catalogue.
    expect(head.items).toEqual(items);
    expect(head.features).toEqual(contentTaps(content));
    expect(head.statistics.count).toBe(5);
    const { bytes } = manifest.shards.head;
    expect([seen[0], seen.at(-1)]).toEqual([
      [0, bytes],
      [bytes, bytes],
    ]);
    for (const [row, { id }] of head.items.entries()) {
      expect((await shards.read(head.shards[row])).items.map((item) => item.id)).toContain(id);
    }
  });

  it('has all of its items after every shard', async () => {
    const { fetchFile, fetched, manifest, shards } = await written(2);
    const bundle = await openBundle(fetchFile);
    const { head, files } = manifest.shards;
    expect(new Set(fetched)).toEqual(new Set([MANIFEST_FILE, head.file, files[0].file, ...shards]));
    expect(bundle.items).toEqual(items);
    expect(bundle.positions).toEqual(bundle.positions.toSorted());
  });

  it('loads projection and encoders only when asked for', async () => {
    const { fetchFile } = await written(2);
    const bundle = await openBundle(fetchFile);
    expect([...new Uint8Array(await bundle.projection())]).toEqual([1, 2, 3, 4, 5]);
    const text = await bundle.encoder('text');
    expect(new TextDecoder().decode(text.onnx)).toBe('text encoder');
    expect(text.tokenizer).toBe('{"tokens":["é"]}');
    await expect(bundle.encoder('image')).rejects.toMatchObject({ code: 'encoder/missing' });
  });
});

describe('openBundle refuses', () => {
  it('a tampered, cut, lengthened or missing shard, by name', async () => {
    const { files, fetchFile, shards } = await written(2);
    const [file] = shards;
    const good = files.get(file) ?? new Uint8Array();
    const flipped = good.slice();
    flipped[good.length - 12] ^= 1;
    // A host that stores a page under every name.
    const page = new TextEncoder().encode('<!doctype html>');
    for (const bad of [flipped, good.slice(0, -1), good.slice(0, 9), Uint8Array.of(...good, 1), page]) {
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
  });

  it('a compressed file whose content is longer than the manifest says, without reading it to its end', async () => {
    const { files, fetchFile, manifest } = await written();
    const { file } = manifest.shards.head;
    let pulled = 0;
    const zeros = new Uint8Array(1_000_000);
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        pulled++;
        if (pulled > 20) controller.close();
        else controller.enqueue(zeros);
      },
    });
    const bomb = await new Response(endless.pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
    files.set(file, new Uint8Array(bomb));
    await expect(openHead(fetchFile)).rejects.toMatchObject({
      code: 'bundle/digest-mismatch',
      message: expect.stringContaining(`${bomb.byteLength} bytes, expected ${manifest.shards.head.bytes}`),
    });
  });

  it('a tampered projection when it is asked for', async () => {
    const { files, fetchFile, manifest } = await written();
    files.set(manifest.projection.file, new Uint8Array([1, 2, 3, 4, 6]));
    const bundle = await openBundle(fetchFile);
    await expect(bundle.projection()).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
  });

  it('an item that occurs twice', async () => {
    const { sink, fetchFile } = memoryBundle();
    await writeBundle(await bundleContent([...items, items[0]]), sink, { shardItems: 2 });
    await expect(openBundle(fetchFile)).rejects.toMatchObject({
      code: 'bundle/invalid',
      message: expect.stringContaining('occurs twice'),
    });
  });

  it.each([BUNDLE_SCHEMA - 1, BUNDLE_SCHEMA + 1])('format version %i', async (schema) => {
    const { files, fetchFile } = await written();
    editManifest(files, (manifest) => {
      manifest.schema = schema;
      manifest.shards = 'something new';
    });
    await expect(openBundle(fetchFile)).rejects.toMatchObject({ code: 'bundle/unknown-version' });
  });

  it('a broken connection', async () => {
    const failing = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(openBundle(failing)).rejects.toMatchObject({
      code: 'bundle/unreachable',
      cause: expect.any(TypeError),
    });
  });

  it.each<[string, (manifest: Record<string, unknown>) => void, string]>([
    ['an unknown key', (manifest) => Object.assign(manifest, { factors: manifest.projection }), 'factors: '],
    ['no schema version', (manifest) => delete manifest.schema, 'schema'],
    ['a wrong width', (manifest) => Object.assign(manifest, { dim: 5 }), 'head-'],
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
});
