import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inventory, MANIFEST_FILE, openBundle, writeBundle } from '../../src/core/catalog';
import { folderFetch, folderSink } from '../../src/shop/bundler/folder-bundle';
import { topicContent } from '../../src/testing/topics';

/** Items that are about one topic, on average. */
const PER_TOPIC = 150;

/** Folder of a synthetic bundle with features of the size that real ones have: 3 + 3 taps of 128. */
export async function benchBundle(items: number): Promise<{ folder: string; seconds: number | null }> {
  const folder = fileURLToPath(new URL(`../../.cache/bench/${items}`, import.meta.url));
  if (existsSync(join(folder, MANIFEST_FILE))) return { folder, seconds: null };
  const started = performance.now();
  const content = await topicContent({ items, topics: Math.ceil(items / PER_TOPIC), dim: 128, taps: 3 });
  const made = performance.now();
  await writeBundle(content, await folderSink(folder));
  console.error(`${items} items made in ${((made - started) / 1000).toFixed(0)} s`);
  return { folder, seconds: (performance.now() - made) / 1000 };
}

/** Bytes of a bundle on the server, per item and by what they are for. */
export async function bytesPerItem(folder: string): Promise<Record<string, number>> {
  const { manifest } = await openBundle(folderFetch(folder), undefined, { whole: false });
  const files = await inventory(manifest, folderFetch(folder));
  const share = (test: (name: string) => boolean): number =>
    files.filter(({ file }) => test(file)).reduce((sum, { bytes }) => sum + bytes, 0) / manifest.count;
  return {
    items: share((name) => name.startsWith('items-')),
    features: share((name) => name.startsWith('features-')),
    vectors: share((name) => name.startsWith('vectors-')),
    lookup: share((name) => /^(directory|ids|axes|statistics)-/.test(name)),
  };
}
