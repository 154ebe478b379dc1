import { decodeScales } from './feature-shard';

/** Base vectors of the items of a cluster: int8 rows, one scale per row, as features are. */
export interface BaseVectors {
  count: number;
  dims: number;
  /** [count * dims] */
  values: Int8Array;
  /** [count] */
  scales: Float32Array;
}

/** Bytes of a shard of `count` base vectors. */
export const vectorShardBytes = (count: number, dims: number): number => count * (4 + dims);

/** Writes base vectors, little-endian, without a header: float32 scales, then int8 values. */
export function encodeVectorShard({ count, dims, values, scales }: BaseVectors): Uint8Array {
  const bytes = new Uint8Array(vectorShardBytes(count, dims));
  const view = new DataView(bytes.buffer);
  for (const [row, scale] of scales.entries()) view.setFloat32(4 * row, scale, true);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 4 * count);
  return bytes;
}

/**
 * Reads what `encodeVectorShard` wrote. The caller has checked its length against `vectorShardBytes`.
 * @param file its name, for the message
 * @throws SidestreamError `bundle/invalid` when a scale is negative or not finite
 */
export function decodeVectorShard(bytes: ArrayBuffer, file: string, count: number, dims: number): BaseVectors {
  return { count, dims, scales: decodeScales(bytes, file, count), values: new Int8Array(bytes, 4 * count) };
}
