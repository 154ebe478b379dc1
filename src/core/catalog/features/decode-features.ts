// A page loads this module only after its first list, together with the features.

import { invalidBundle } from '../bundle/bundle-file';
import type { BundleShard } from '../bundle/manifest';
import { createTable, type FeatureShape, type FeatureTable, rowsPerItem } from './feature-table';

/**
 * The features of `count` items from all their shards.
 * @param files bytes of each shard, whose length and digest the caller has checked
 * @throws SidestreamError `bundle/invalid` when a scale is negative or not finite
 */
export function decodeFeatures(
  shape: FeatureShape,
  count: number,
  shards: readonly BundleShard[],
  files: readonly ArrayBuffer[],
): FeatureTable {
  // Allocated after the files are checked, so never for more items than exist.
  const table = createTable(shape, count);
  for (const [n, shard] of shards.entries()) {
    decodeFeatureShard(files[n], shard.file, table, shard.start, shard.count);
  }
  return table;
}

/**
 * Copies a shard into the table at item `start`. The caller has checked its length against `featureShardBytes`.
 * @param file its name, for the message
 * @throws SidestreamError `bundle/invalid` when a scale is negative or not finite
 */
export function decodeFeatureShard(
  bytes: ArrayBuffer,
  file: string,
  table: FeatureTable,
  start: number,
  count: number,
): void {
  const rows = rowsPerItem(table);
  table.scales.set(decodeScales(bytes, file, count * rows), start * rows);
  table.values.set(new Int8Array(bytes, count * rows * 4), start * rows * table.dim);
}

/**
 * The scales at the start of a shard of int8 rows.
 * @param file its name, for the message
 * @throws SidestreamError `bundle/invalid` when one is negative or not finite
 */
export function decodeScales(bytes: ArrayBuffer, file: string, count: number): Float32Array {
  const view = new DataView(bytes);
  return Float32Array.from({ length: count }, (_, row) => {
    const scale = view.getFloat32(4 * row, true);
    if (scale >= 0 && scale < Number.POSITIVE_INFINITY) return scale;
    throw invalidBundle(file, `row ${row} has a scale of ${scale}`);
  });
}
