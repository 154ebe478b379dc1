import { SidestreamError } from '../../../error';
import { hex, isModerate, isScale, littleEndian } from '../../common/bytes';
import { invalidBundle } from '../bundle/bundle-file';
import type { BundleFile } from '../bundle/manifest-schema';

/** Centroids, one int8 row with one scale per cluster. */
export interface Centroids {
  dims: number;
  /** [clusters * dims] */
  values: Int8Array;
  /** [clusters] */
  scales: Float32Array;
}

/** The files of a cluster, in the order that the directory has them. */
export const CLUSTER_TIERS = ['items', 'features'] as const;
export type ClusterTier = (typeof CLUSTER_TIERS)[number];

export const TIER_EXTENSIONS: Record<ClusterTier, string> = { items: 'json', features: 'bin' };

export interface DirectoryContent {
  centroids: Centroids;
  /** Distance of the furthest member from the centroid, per cluster. */
  radii: Float32Array;
  /** Items per cluster. */
  counts: Uint32Array;
  files: Record<ClusterTier, BundleFile>[];
  /** Id buckets in their order. */
  ids: BundleFile[];
}

const HEADER = 3 * 4;
const DIGEST = 32;
const TIERS = CLUSTER_TIERS.length;

/**
 * Writes a directory, little-endian, C clusters of d dimensions and B id buckets:
 * uint32 C, uint32 d, uint32 B; float32[C] centroid scales; float32[C] radii; uint32[C] items; uint32[2C] bytes of each
 * cluster's items and features; uint32[B] bytes of the buckets; int8[C d] centroids; 32-byte SHA-256 digests of
 * each cluster's two files, then of the buckets. A file's name follows from its digest.
 */
export function encodeDirectory({ centroids, radii, counts, files, ids }: DirectoryContent): Uint8Array {
  const all = [...files.flatMap((entry) => CLUSTER_TIERS.map((tier) => entry[tier])), ...ids];
  return littleEndian(
    Uint32Array.of(counts.length, centroids.dims, ids.length),
    centroids.scales,
    radii,
    counts,
    sizesOf(all),
    centroids.values,
    digestsOf(all),
  );
}

const sizesOf = (files: readonly BundleFile[]): Uint32Array => Uint32Array.from(files, ({ bytes }) => bytes);

const digestsOf = (files: readonly BundleFile[]): Uint8Array =>
  Uint8Array.from(
    files.flatMap(({ sha256 }) => sha256.match(/../g) ?? []),
    (pair) => Number.parseInt(pair, 16),
  );

/** The clusters of a catalogue and their files. Decodes file entries on request. */
export class ClusterDirectory {
  readonly clusters: number;
  readonly centroids: Centroids;
  /** [clusters] */
  readonly radii: Float32Array;
  /** Items per cluster. */
  readonly counts: Uint32Array;
  readonly buckets: number;
  readonly #bytes: Uint8Array;
  readonly #sizes: Uint32Array;
  readonly #digests: number;

  /**
   * Reads the output of `encodeDirectory`.
   * @param expected numbers from the manifest
   * @throws SidestreamError `bundle/invalid` when its length or its numbers contradict the manifest
   */
  constructor(bytes: ArrayBuffer, expected: { count: number; clusters: number; dims: number; largest: number }) {
    const view = new DataView(bytes);
    const header = bytes.byteLength >= HEADER ? [0, 4, 8].map((at) => view.getUint32(at, true)) : [0, 0, 0];
    const [clusters, dims, buckets] = header;
    const size = sizeOf(clusters, dims, buckets);
    if (clusters !== expected.clusters || dims !== expected.dims || bytes.byteLength !== size.whole) {
      throw invalid('it does not have the shape in the manifest');
    }
    let at = HEADER;
    const next = <T>(length: number, make: (read: (n: number) => number) => T): T => {
      const from = at;
      at += 4 * length;
      return make((n) => from + 4 * n);
    };
    const reals = (length: number): Float32Array =>
      next(length, (place) => Float32Array.from({ length }, (_, n) => view.getFloat32(place(n), true)));
    const words = (length: number): Uint32Array =>
      next(length, (place) => Uint32Array.from({ length }, (_, n) => view.getUint32(place(n), true)));
    this.clusters = clusters;
    this.buckets = buckets;
    const scales = reals(clusters);
    this.radii = reals(clusters);
    this.counts = words(clusters);
    this.#sizes = words(TIERS * clusters + buckets);
    this.centroids = { dims, scales, values: new Int8Array(bytes, at, clusters * dims) };
    this.#bytes = new Uint8Array(bytes);
    this.#digests = size.digests;
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    const powerOfTwo = buckets > 0 && Number.isInteger(Math.log2(buckets));
    const sized = this.counts.every((count) => count > 0 && count <= expected.largest);
    const measured = scales.every(isScale) && this.radii.every((radius) => radius >= 0 && isModerate(radius));
    if (total !== expected.count || !powerOfTwo || !sized || !measured) throw invalid('its numbers are inconsistent');
  }

  file(cluster: number, tier: ClusterTier): BundleFile {
    return this.#file(tier, TIER_EXTENSIONS[tier], cluster * TIERS + CLUSTER_TIERS.indexOf(tier));
  }

  idFile(bucket: number): BundleFile {
    return this.#file('ids', 'bin', this.clusters * TIERS + bucket);
  }

  get files(): BundleFile[] {
    const clusters = Array.from({ length: this.clusters }, (_, cluster) =>
      CLUSTER_TIERS.map((tier) => this.file(cluster, tier)),
    );
    return [...clusters.flat(), ...Array.from({ length: this.buckets }, (_, bucket) => this.idFile(bucket))];
  }

  #file(stem: string, extension: string, at: number): BundleFile {
    const from = this.#digests + at * DIGEST;
    return namedFile(stem, extension, this.#bytes.subarray(from, from + DIGEST), this.#sizes[at]);
  }
}

function namedFile(stem: string, extension: string, digest: Uint8Array, bytes: number): BundleFile {
  const sha256 = hex(digest);
  return { file: `${stem}-${sha256.slice(0, 16)}.${extension}`, sha256, bytes };
}

function sizeOf(clusters: number, dims: number, buckets: number): { digests: number; whole: number } {
  const files = TIERS * clusters + buckets;
  const digests = HEADER + 4 * (3 * clusters + files) + clusters * dims;
  return { digests, whole: digests + DIGEST * files };
}

const invalid = (what: string): SidestreamError =>
  new SidestreamError(
    'bundle/invalid',
    `The directory of the bundle's clusters cannot be read: ${what}. Build it again with \`sidestream build\`.`,
  );

/** Writes a directory of one file for each of C clusters: uint32[C] bytes, then 32-byte SHA-256 digests. */
export const encodeFileDirectory = (files: readonly BundleFile[]): Uint8Array =>
  littleEndian(sizesOf(files), digestsOf(files));

/** Kinds of additional files, one per cluster, with their name extensions. */
const BESIDE = { texts: 'json', side: 'bin', companions: 'bin', demand: 'bin' } as const;
export type BesideClusters = keyof typeof BESIDE;

/**
 * Reads the output of `encodeFileDirectory`.
 * @param file its name, for the message
 * @returns the files of the clusters in their order; names follow from the digests
 * @throws SidestreamError `bundle/invalid` when its number of clusters is wrong
 */
export function decodeFileDirectory(
  bytes: ArrayBuffer,
  file: string,
  clusters: number,
  stem: BesideClusters,
): BundleFile[] {
  if (bytes.byteLength !== (4 + DIGEST) * clusters) {
    throw invalidBundle(file, `should have the ${stem} of ${clusters} clusters`);
  }
  const view = new DataView(bytes);
  return Array.from({ length: clusters }, (_, n) => {
    const digest = new Uint8Array(bytes, 4 * clusters + n * DIGEST, DIGEST);
    return namedFile(stem, BESIDE[stem], digest, view.getUint32(4 * n, true));
  });
}

/**
 * Clusters of items by a hash of their ids, which finds an item's cluster without loading the ids of the whole catalogue. A
 * bucket holds the ids whose hashes begin with the same bits; the number of buckets is a power of two.
 */
export interface IdBucket {
  /** Ascending; equal values are ids that share a hash. */
  hashes: Uint32Array;
  /** Cluster of each, same length. */
  clusters: Uint32Array;
}

/** Target number of ids in a bucket. */
const TARGET = 1024;

/** Number of buckets for a number of items: the power of two with at most 1,024 ids per bucket on average. */
const bucketCount = (items: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(items / TARGET)));

/** 32-bit FNV-1a of the UTF-8 bytes, its bits mixed by MurmurHash3's finaliser. */
export function hashId(id: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(id)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The bucket that a hash belongs to. @param buckets a power of two */
export const bucketOf = (hash: number, buckets: number): number => Math.floor((hash / 2 ** 32) * buckets);

/**
 * Buckets of a catalogue, little-endian, without a header: uint32 hashes, then uint32 clusters in the same order. Equal
 * hashes are ordered by cluster.
 * @param clusters ids of every cluster
 */
export function encodeIdBuckets(clusters: readonly (readonly string[])[]): Uint8Array[] {
  const count = clusters.reduce((sum, ids) => sum + ids.length, 0);
  const buckets: { hash: number; cluster: number }[][] = Array.from({ length: bucketCount(count) }, () => []);
  for (const [cluster, ids] of clusters.entries()) {
    for (const id of ids) {
      const hash = hashId(id);
      buckets[bucketOf(hash, buckets.length)].push({ hash, cluster });
    }
  }
  return buckets.map((entries) => {
    entries.sort((a, b) => a.hash - b.hash || a.cluster - b.cluster);
    return littleEndian(
      Uint32Array.from(entries, ({ hash }) => hash),
      Uint32Array.from(entries, ({ cluster }) => cluster),
    );
  });
}

/** @throws SidestreamError `bundle/invalid` when it is not a bucket of a bundle with that many clusters */
export function decodeIdBucket(bytes: ArrayBuffer, clusters: number): IdBucket {
  const count = bytes.byteLength / 8;
  const view = new DataView(bytes);
  const read = (from: number): Uint32Array =>
    Uint32Array.from({ length: Math.floor(count) }, (_, at) => view.getUint32(4 * (from + at), true));
  const bucket = { hashes: read(0), clusters: read(Math.floor(count)) };
  if (!Number.isInteger(count) || bucket.clusters.some((cluster) => cluster >= clusters)) {
    throw new SidestreamError(
      'bundle/invalid',
      'A bucket of item ids cannot be read. Build the bundle again with `sidestream build`.',
    );
  }
  return bucket;
}

/** Clusters that may hold an item: none, one, or more if hashes collide. */
export function clustersWith({ hashes, clusters }: IdBucket, id: string): number[] {
  const hash = hashId(id);
  const found: number[] = [];
  for (let at = hashes.indexOf(hash); at >= 0 && at < hashes.length && hashes[at] === hash; at++) {
    if (!found.includes(clusters[at])) found.push(clusters[at]);
  }
  return found;
}
