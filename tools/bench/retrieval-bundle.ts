import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type BundleClusters,
  type ContentVectors,
  contentBlend,
  contentVectors,
  createTable,
  MANIFEST_FILE,
  openBundle,
  writeBundle,
} from '../../src/core/catalog';
import { decodeFeatureShard } from '../../src/core/catalog/features/decode-features';
import { featureShape } from '../../src/core/catalog/features/feature-table';
import { folderFetch, folderSink } from '../../src/shop/bundler/folder-bundle';
import { syntheticContent } from './catalogs';

/** Folder of a synthetic bundle. */
export async function benchBundle(items: number): Promise<{ folder: string; seconds: number | null }> {
  const folder = fileURLToPath(new URL(`../../.cache/bench/${items}`, import.meta.url));
  if (existsSync(join(folder, MANIFEST_FILE))) return { folder, seconds: null };
  const started = performance.now();
  const content = await syntheticContent(items);
  const made = performance.now();
  await writeBundle(content, await folderSink(folder));
  console.error(`${items} items made in ${((made - started) / 1000).toFixed(0)} s`);
  return { folder, seconds: (performance.now() - made) / 1000 };
}

/** A bundle in clusters, and the content of each cluster. */
export interface ClusterContents {
  clusters: BundleClusters;
  contents: ContentVectors[];
  /** Number of items in all clusters. */
  count: number;
}

/** @returns null if all items are loaded together */
export async function clusterContents(folder: string): Promise<ClusterContents | null> {
  const fetchFile = folderFetch(folder);
  const { manifest, clusters } = await openBundle(fetchFile, undefined, { whole: false });
  if (!clusters) return null;
  const directory = await clusters.directory();
  const contents: ContentVectors[] = [];
  for (let cluster = 0; cluster < directory.clusters; cluster++) {
    const table = createTable(featureShape(manifest), directory.counts[cluster]);
    const { file } = directory.file(cluster, 'features');
    decodeFeatureShard(await (await fetchFile(file)).arrayBuffer(), file, table, 0, table.count);
    contents.push(contentVectors(table, contentBlend(manifest)));
  }
  return { clusters, contents, count: manifest.count };
}
