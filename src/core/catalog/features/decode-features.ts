// A page loads this module only after its first list, together with the features.

import { SidestreamError } from '../../../error';
import { isScale } from '../../common/bytes';
import { invalidBundle } from '../bundle/bundle-file';
import { type BundleShard, type Manifest, MODALITIES } from '../bundle/manifest-schema';
import type { Item } from '../item';
import { createTable, type FeatureShape, type FeatureTable, rowsPerItem } from './feature-table';

/**
 * The features of `count` items from all their shards.
 * @param files bytes of each shard, whose length and digest the caller has checked
 * @throws SidestreamError `bundle/invalid` when a scale is negative, not finite or too large
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
 * @throws SidestreamError `bundle/invalid` when a scale is negative, not finite or too large
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
 * @throws SidestreamError `bundle/invalid` when one is negative, not finite or too large
 */
export function decodeScales(bytes: ArrayBuffer, file: string, count: number): Float32Array {
  const view = new DataView(bytes);
  return Float32Array.from({ length: count }, (_, row) => {
    const scale = view.getFloat32(4 * row, true);
    if (isScale(scale)) return scale;
    throw invalidBundle(file, `row ${row} has a scale of ${scale}`);
  });
}

/** Everything on which the meaning of feature values depends. */
export type FeatureMeaning = Pick<Manifest, 'dim' | 'text' | 'projection' | 'modalities'>;

/** Whether the feature values of two bundles are comparable. */
export function sameFeatures(before: FeatureMeaning, after: FeatureMeaning): boolean {
  return (
    before.dim === after.dim &&
    before.text === after.text &&
    before.projection.sha256 === after.projection.sha256 &&
    MODALITIES.every((modality) => {
      const [old, now] = [before.modalities[modality], after.modalities[modality]];
      return old.digest === now.digest && old.taps[old.contentTap] === now.taps[now.contentTap];
    })
  );
}

/** The part of a bundle that locates its features. */
interface Featured {
  manifest: Manifest;
  items: readonly Item[];
  features: FeatureTable;
}

/**
 * Features of the previous bundle for the items that it has; the other items have no features. For a partly uploaded bundle.
 * @param before null if it cannot be opened
 * @returns null if its features are not comparable
 */
export function previousFeatures(after: Omit<Featured, 'features'>, before: Featured | null): FeatureTable | null {
  if (!before || !sameFeatures(before.manifest, after.manifest)) return null;
  const table = createTable(before.features, after.items.length);
  const perItem = rowsPerItem(table);
  const width = perItem * table.dim;
  const rowOf = new Map(before.items.map(({ id }, row) => [id, row]));
  for (const [n, { id }] of after.items.entries()) {
    const row = rowOf.get(id);
    if (row === undefined) continue;
    table.values.set(before.features.values.subarray(row * width, (row + 1) * width), n * width);
    table.scales.set(before.features.scales.subarray(row * perItem, (row + 1) * perItem), n * perItem);
  }
  return table;
}

/** The error that reports the fallback. @param cause why the bundle's own features could not be read */
export const incompleteFeatures = (cause: unknown): SidestreamError =>
  new SidestreamError(
    'bundle/incomplete',
    "The bundle is only partly uploaded, so the previous bundle's features are used. Upload the whole bundle again, the manifest last.",
    { cause },
  );
