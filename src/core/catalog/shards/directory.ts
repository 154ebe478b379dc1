import { hex, isModerate, isScale, littleEndian, quantizeRow } from '../../common/bytes';
import { invalidBundle } from '../bundle/bundle-file';
import type { BundleFile } from '../bundle/manifest-schema';

/**
 * A node of the directory of shards. Its entries are shards, or nodes that stand for as many consecutive shards each.
 * The means let a page choose the shards whose items its score would rank best.
 */
export interface DirectoryNode {
  /** Files of each entry: of a shard its own and those beside it (`sideFiles`), else one node. */
  files: readonly (readonly BundleFile[])[];
  /** Items of each entry. */
  counts: Uint32Array;
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

/** What a reader knows of a node. */
export interface NodeShape {
  /** Name of its file, for messages. */
  file: string;
  entries: number;
  /** Files of each entry. */
  stems: readonly FileStem[];
  content: number;
  side: number;
}

/** Starts of the names of the files of shards. */
export type FileStem = 'shard' | 'directory' | 'ids' | 'photos' | 'texts';

/** Number of shards up to which the directory is one node. */
const MAX_ENTRIES = 64;
/** Bytes of a stored digest, which also names the file. */
const DIGEST = 16;
/** Steps of the values of a mean: few, because a page loads many and compares only their order. */
const STEPS = 31;

/** Number of entries of every node but the last of each level, and of levels. @param shards number of shards */
export function directoryShape(shards: number): { branch: number; levels: 1 | 2 } {
  return shards <= MAX_ENTRIES
    ? { branch: MAX_ENTRIES, levels: 1 }
    : { branch: Math.ceil(Math.sqrt(shards)), levels: 2 };
}

/**
 * Writes a node of n entries with f files each, little-endian: uint32[n f] bytes; uint32[n] items; float32[n] popularity; float32[n] scales of the content
 * means; float32[n] scales of the side means and float32[n] biases, if there are any; int8 content means; int8 side means;
 * the first 16 bytes of the SHA-256 of each file. A file's name follows from its digest.
 */
export function encodeNode({
  files,
  counts,
  content,
  side,
  biases,
  popularity,
}: DirectoryNode): Uint8Array<ArrayBuffer> {
  const all = files.flat();
  const [contents, sides] = [quantized(content), quantized(side)];
  return littleEndian(
    Uint32Array.from(all, ({ bytes }) => bytes),
    counts,
    popularity,
    contents.scales,
    ...(side.width > 0 ? [sides.scales, biases] : []),
    contents.values,
    sides.values,
    Uint8Array.from(
      all.flatMap(({ sha256 }) => sha256.slice(0, 2 * DIGEST).match(/../g) ?? []),
      (pair) => Number.parseInt(pair, 16),
    ),
  );
}

function quantized({ width, values }: Means): { scales: Float32Array; values: Int8Array } {
  const rows = width > 0 ? values.length / width : 0;
  const steps = new Int8Array(values.length);
  const scales = Float32Array.from({ length: rows }, (_, row) =>
    quantizeRow(values.subarray(row * width, (row + 1) * width), steps, row * width, STEPS),
  );
  return { scales, values: steps };
}

/** Reads the output of `encodeNode`. @throws SidestreamError `bundle/invalid` when it does not have this shape */
export function decodeNode(bytes: ArrayBuffer, { file, entries, stems, content, side }: NodeShape): DirectoryNode {
  const named = entries * stems.length;
  const numbers = named + entries * (side > 0 ? 5 : 3);
  const digests = 4 * numbers + entries * (content + side);
  if (bytes.byteLength !== digests + DIGEST * named)
    throw invalidBundle(file, `is not a directory of ${entries} entries`);
  const view = new DataView(bytes);
  let at = 0;
  const next = <T>(length: number, read: (at: number) => T): T[] => {
    const from = at;
    at += 4 * length;
    return Array.from({ length }, (_, n) => read(from + 4 * n));
  };
  const word = (place: number): number => view.getUint32(place, true);
  const real = (place: number): number => view.getFloat32(place, true);
  const sizes = next(named, word);
  const counts = Uint32Array.from(next(entries, word));
  const popularity = Float32Array.from(next(entries, real));
  const scales = next(entries, real);
  const sided = side > 0 ? next(entries, real) : [];
  const biases = side > 0 ? Float32Array.from(next(entries, real)) : new Float32Array(entries);
  if (
    ![...scales, ...sided].every(isScale) ||
    ![...biases, ...popularity].every(isModerate) ||
    counts.some((count) => count === 0)
  ) {
    throw invalidBundle(file, 'its numbers are out of range');
  }
  const means = (width: number, of: readonly number[]): Means => {
    const steps = new Int8Array(bytes, at, entries * width);
    at += steps.length;
    return { width, values: Float32Array.from(steps, (step, n) => step * of[Math.floor(n / width)]) };
  };
  const node = { counts, biases, popularity, content: means(content, scales), side: means(side, sided) };
  const files = Array.from({ length: entries }, (_, entry) =>
    stems.map((stem, n): BundleFile => {
      const place = entry * stems.length + n;
      return namedFile(stem, new Uint8Array(bytes, digests + place * DIGEST, DIGEST), sizes[place]);
    }),
  );
  return { ...node, files };
}

function namedFile(stem: FileStem, digest: Uint8Array, bytes: number): BundleFile {
  const sha256 = hex(digest);
  return { file: `${stem}-${sha256.slice(0, 16)}.bin`, sha256, bytes };
}

/** Writes a list of files of one kind: uint32 bytes of each, then the first 16 bytes of their SHA-256. */
export const encodeFileList = (files: readonly BundleFile[]): Uint8Array<ArrayBuffer> =>
  encodeNode({
    files: files.map((file) => [file]),
    counts: new Uint32Array(),
    content: { width: 0, values: new Float32Array() },
    side: { width: 0, values: new Float32Array() },
    biases: new Float32Array(),
    popularity: new Float32Array(),
  });

/** Reads the output of `encodeFileList`. @throws SidestreamError `bundle/invalid` when its length is not one of such lists, or it is empty */
export function decodeFileList(bytes: ArrayBuffer, file: string, stem: FileStem): BundleFile[] {
  const length = bytes.byteLength / (4 + DIGEST);
  if (!Number.isInteger(length) || length === 0) throw invalidBundle(file, 'is not a list of files');
  const view = new DataView(bytes);
  return Array.from({ length }, (_, n) =>
    namedFile(stem, new Uint8Array(bytes, 4 * length + n * DIGEST, DIGEST), view.getUint32(4 * n, true)),
  );
}

/** The mean of the rows of some means, each weighted. @returns [width] */
export function meanOf({ width, values }: Means, weights: ArrayLike<number>): Float32Array {
  const mean = new Float64Array(width);
  let sum = 0;
  for (let row = 0; row < weights.length; row++) {
    sum += weights[row];
    for (let d = 0; d < width; d++) mean[d] += weights[row] * values[row * width + d];
  }
  return Float32Array.from(mean, (value) => value / Math.max(1, sum));
}
