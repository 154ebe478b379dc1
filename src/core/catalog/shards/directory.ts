import { hex, isModerate, isScale, listReader, littleEndian, quantizedRows } from '../../common/bytes';
import { invalidBundle } from '../bundle/bundle-file';
import type { BundleFile } from '../bundle/manifest-schema';

/**
 * A node of the directory of shards. Its entries are shards, or nodes that stand for as many consecutive shards each.
 * The means let a page choose the shards whose items its score would rank best.
 */
export interface DirectoryNode {
  /** Mean content vector of each entry's items. */
  content: Means;
  /** Mean vector of each entry's items in the side model; width 0 without one. */
  side: Means;
  /** Mean bias of each entry's items in the side model; zeros without one. */
  biases: Float32Array;
  /** Mean of log((popularity + 1) / (mean popularity + 1)) of each entry's items. */
  popularity: Float32Array;
}

/** One row per entry. */
export interface Means {
  width: number;
  /** [entries * width] */
  values: Float32Array;
}

/** Shape of a node, known before it is read. */
export interface NodeShape {
  /** Name of its file, for messages. */
  file: string;
  entries: number;
  content: number;
  side: number;
}

/** Starts of the names of files that are listed. */
export type FileStem = 'shard' | 'directory' | 'ids' | 'photos' | 'texts' | 'offers';

/** Number of shards up to which the directory is one node. */
const MAX_ENTRIES = 64;
/** Bytes of a digest in a list of files, which also names the file. */
const DIGEST = 8;
/** Bytes of a file in a list. */
export const LISTED_BYTES = 4 + DIGEST;
/** Steps of the values of a mean: few, because a page loads many and compares only their order. */
const STEPS = 15;

/** Number of entries of every node but the last of each level, and of levels. @param shards number of shards */
export function directoryShape(shards: number): { branch: number; levels: 1 | 2 } {
  return shards <= MAX_ENTRIES
    ? { branch: MAX_ENTRIES, levels: 1 }
    : { branch: Math.ceil(Math.sqrt(shards)), levels: 2 };
}

/**
 * Writes a node of n entries, little-endian: float32[n] popularity; float32[n] scales of the content means; float32[n] scales of the
 * side means and float32[n] biases, if there are any; int8 content means; int8 side means.
 * @param entries of each the content mean, the side mean, the bias and the popularity
 */
export function encodeNode(
  entries: readonly Float32Array[],
  { content, side }: Pick<NodeShape, 'content' | 'side'>,
): Uint8Array<ArrayBuffer> {
  const columns = (from: number, width: number): Float32Array =>
    Float32Array.from(entries.flatMap((entry) => [...entry.subarray(from, from + width)]));
  const contents = quantizedRows(columns(0, content), content, STEPS);
  const sides = quantizedRows(columns(content, side), side, STEPS);
  const biases = columns(content + side, 1);
  return littleEndian(
    columns(content + side + 1, 1),
    contents.scales,
    ...(side > 0 ? [sides.scales, biases] : []),
    contents.values,
    sides.values,
  );
}

/** Bytes of a node. */
export const nodeBytes = ({ entries, content, side }: Omit<NodeShape, 'file'>): number =>
  entries * (4 * (side > 0 ? 4 : 2) + content + side);

/** Reads the output of `encodeNode`. @throws SidestreamError `bundle/invalid` when it does not have this shape */
export function decodeNode(bytes: ArrayBuffer, { file, entries, content, side }: NodeShape): DirectoryNode {
  if (bytes.byteLength !== nodeBytes({ entries, content, side })) {
    throw invalidBundle(file, `is not a directory of ${entries} entries`);
  }
  const read = listReader(bytes);
  const [popularity, scales] = [read.floats(entries), read.floats(entries)];
  const [sided, biases] =
    side > 0 ? [read.floats(entries), read.floats(entries)] : [new Float32Array(), new Float32Array(entries)];
  if (![...scales, ...sided].every(isScale) || ![...biases, ...popularity].every(isModerate)) {
    throw invalidBundle(file, 'its numbers are out of range');
  }
  const means = (width: number, of: Float32Array): Means => ({
    width,
    values: Float32Array.from(read.int8(entries * width), (step, n) => step * of[Math.floor(n / width)]),
  });
  return { popularity, biases, content: means(content, scales), side: means(side, sided) };
}

/** Writes a list of n files of one kind: uint32[n] bytes, then the first 8 bytes of the SHA-256 of each, which name it. */
export const encodeFileList = (files: readonly BundleFile[]): Uint8Array<ArrayBuffer> =>
  littleEndian(
    Uint32Array.from(files, ({ bytes }) => bytes),
    Uint8Array.from(
      files.flatMap(({ sha256 }) => sha256.slice(0, 2 * DIGEST).match(/../g) ?? []),
      (pair) => Number.parseInt(pair, 16),
    ),
  );

/**
 * Reads the output of `encodeFileList`.
 * @param file its name, for the message
 * @param count number of files
 * @throws SidestreamError `bundle/invalid` when it is for another number of files
 */
export function decodeFileList(bytes: ArrayBuffer, file: string, stem: FileStem, count: number): BundleFile[] {
  if (bytes.byteLength !== LISTED_BYTES * count) throw invalidBundle(file, `is not a list of ${count} files`);
  const read = listReader(bytes);
  return Array.from(read.uint32(count), (size) => {
    const sha256 = hex(read.uint8(DIGEST));
    return { file: `${stem}-${sha256}.bin`, sha256, bytes: size };
  });
}

/** The mean of some rows, each weighted. */
export function meanOf({ width, values }: Means, weights: ArrayLike<number>): Float32Array {
  const mean = new Float64Array(width);
  let sum = 0;
  for (let row = 0; row < weights.length; row++) {
    sum += weights[row];
    for (let d = 0; d < width; d++) mean[d] += weights[row] * values[row * width + d];
  }
  return Float32Array.from(mean, (value) => value / Math.max(1, sum));
}
