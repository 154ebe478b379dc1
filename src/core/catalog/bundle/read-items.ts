import { BundleClusters } from '../clusters/bundle-clusters';
import type { Item } from '../item';
import { type FetchFile, fetchChecked } from './bundle-file';
import { decodeItems } from './item-shard';
import type { Manifest } from './manifest';

/**
 * The items of a bundle without their features, which are most of it, file by file in the order of the bundle.
 * @throws SidestreamError `bundle/unreachable`, `bundle/digest-mismatch`, `bundle/invalid`
 */
export async function* bundleItems(manifest: Manifest, fetchFile: FetchFile): AsyncGenerator<Item[]> {
  const { shards, clusters } = manifest;
  for (const shard of shards.items) yield decodeItems(await fetchChecked(fetchFile, shard), shard.file, shard.count);
  if (!clusters) return;
  const directory = await new BundleClusters(manifest, clusters, fetchFile).directory();
  for (let cluster = 0; cluster < directory.clusters; cluster++) {
    const file = directory.file(cluster, 'items');
    yield decodeItems(await fetchChecked(fetchFile, file), file.file, directory.counts[cluster]);
  }
}
