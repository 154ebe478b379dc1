import type { Manifest } from '../bundle/manifest';
import { type FeatureTable, rowsPerItem } from './feature-table';

/**
 * A feature shard holds the rows of `n` consecutive items, little-endian, without a header (the manifest has the sizes):
 *
 * | bytes | content |
 * |---|---|
 * | `n * rows * 4` | float32 scales: item by item, text taps then image taps, shallow to deep |
 * | `n * rows * D` | int8 values in the same order |
 *
 * with `rows` = text taps + image taps. Scales come first because they must be aligned.
 */
export interface FeatureShape {
  /** Width D. */
  dim: number;
  taps: { text: number; image: number };
}

/** The shape of a bundle's features. */
export const featureShape = ({
  dim,
  modalities: { text, image },
}: Pick<Manifest, 'dim' | 'modalities'>): FeatureShape => ({
  dim,
  taps: { text: text.taps.length, image: image.taps.length },
});

/** Bytes of a feature shard of `count` items. */
export const featureShardBytes = (shape: FeatureShape, count: number): number =>
  count * rowsPerItem(shape) * (4 + shape.dim);

/** Writes items `start` to `start + count` of the table as one shard. */
export function encodeFeatureShard(table: FeatureTable, start: number, count: number): Uint8Array {
  const rows = rowsPerItem(table);
  const bytes = new Uint8Array(featureShardBytes(table, count));
  const view = new DataView(bytes.buffer);
  for (let r = 0; r < count * rows; r++) view.setFloat32(r * 4, table.scales[start * rows + r], true);
  const from = start * rows * table.dim;
  const values = table.values.subarray(from, from + count * rows * table.dim);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), count * rows * 4);
  return bytes;
}

/** A table for `count` items in which every row is missing (scale 0). */
export function createTable(shape: FeatureShape, count: number): FeatureTable {
  const rows = count * rowsPerItem(shape);
  return {
    count,
    dim: shape.dim,
    taps: { ...shape.taps },
    values: new Int8Array(rows * shape.dim),
    scales: new Float32Array(rows),
  };
}
