import { describe, expect, it } from 'vitest';
import { addBase } from './add-base';
import type { BaseConfig } from './base-config';
import { bundleContent, makeItem, memoryBundle } from './bundle.fixture';
import { bundleFiles, MANIFEST_FILE } from './manifest';
import { openBundle } from './read-bundle';
import { writeBundle } from './write-bundle';

const config: BaseConfig = {
  recipe: 'sidestream',
  embeddingDim: 8,
  maxSeqLen: 5,
  heads: 2,
  blocks: 1,
  temperature: 0.1,
};

async function written() {
  const memory = memoryBundle();
  return { ...memory, manifest: await writeBundle(await bundleContent([makeItem('a')]), memory.sink) };
}

describe('a base model in a bundle', () => {
  it('is fetched when asked for and not before, and is the one put in last', async () => {
    const { manifest, sink, fetchFile, fetched } = await written();
    expect(await (await openBundle(fetchFile)).base()).toBeNull();
    const first = await addBase(manifest, new Uint8Array([1]), config, sink);
    const second = await addBase(first, new Uint8Array([2, 3]), config, sink);
    fetched.splice(0);
    const bundle = await openBundle(fetchFile);
    expect(bundle.manifest).toEqual(second);
    expect(fetched.some((name) => name.startsWith('base-'))).toBe(false);
    const base = await bundle.base();
    expect(base?.config).toEqual(config);
    expect(new Uint8Array(base?.bytes ?? new ArrayBuffer(0))).toEqual(new Uint8Array([2, 3]));
    expect(bundleFiles(second).map(({ file }) => file)).toContain(second.base?.file);
    expect(second.digest).toBe(manifest.digest);
  });

  it('is refused when its bytes or its description are wrong', async () => {
    const { manifest, sink, fetchFile, files } = await written();
    const { base } = await addBase(manifest, new Uint8Array([1, 2]), config, sink);
    files.set(base?.file ?? '', new Uint8Array([1, 3]));
    const bundle = await openBundle(fetchFile);
    await expect(bundle.base()).rejects.toMatchObject({ code: 'bundle/digest-mismatch' });
    files.set(MANIFEST_FILE, new TextEncoder().encode(JSON.stringify({ ...manifest, base: { ...base, config: {} } })));
    await expect(openBundle(fetchFile)).rejects.toMatchObject({ code: 'bundle/invalid' });
  });
});
