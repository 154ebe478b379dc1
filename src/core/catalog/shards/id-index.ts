import { listReader, littleEndian } from '../../common/bytes';
import { hash32 } from '../../common/hash';
import { invalidBundle } from '../bundle/bundle-file';

/**
 * Shards of items by a hash of their ids, which finds an item's shard without loading the ids of the whole catalogue. A
 * bucket holds the ids whose hashes begin with the same bits; the number of buckets is a power of two.
 */
export interface IdBucket {
  /** Ascending; equal values are ids that share a hash. */
  hashes: Uint32Array;
  /** Shard of each, same length. */
  shards: Uint32Array;
}

/** Target number of ids in a bucket. */
const TARGET = 1024;

/** Number of buckets for a number of items: the power of two with at most 1,024 ids per bucket on average. */
export const bucketCount = (items: number): number => 2 ** Math.max(0, Math.ceil(Math.log2(items / TARGET)));

/** The bucket that a hash belongs to. @param buckets a power of two */
export const bucketOf = (hash: number, buckets: number): number => Math.floor((hash / 2 ** 32) * buckets);

/**
 * Buckets of a catalogue, little-endian, without a header: uint32 hashes, then uint32 shards in the same order. Equal
 * hashes are ordered by shard.
 * @param shards ids of every shard
 */
export function encodeIdBuckets(shards: readonly (readonly string[])[]): Uint8Array[] {
  const count = shards.reduce((sum, ids) => sum + ids.length, 0);
  const buckets: { hash: number; shard: number }[][] = Array.from({ length: bucketCount(count) }, () => []);
  for (const [shard, ids] of shards.entries()) {
    for (const id of ids) {
      const hash = hash32(id);
      buckets[bucketOf(hash, buckets.length)].push({ hash, shard });
    }
  }
  return buckets.map((entries) => {
    entries.sort((a, b) => a.hash - b.hash || a.shard - b.shard);
    return littleEndian(
      Uint32Array.from(entries, ({ hash }) => hash),
      Uint32Array.from(entries, ({ shard }) => shard),
    );
  });
}

/** @throws SidestreamError `bundle/invalid` when it is not a bucket of a bundle with that many shards */
export function decodeIdBucket(bytes: ArrayBuffer, shards: number): IdBucket {
  const count = bytes.byteLength / 8;
  const read = listReader(bytes);
  const bucket = { hashes: read.uint32(Math.floor(count)), shards: read.uint32(Math.floor(count)) };
  if (!Number.isInteger(count) || bucket.shards.some((shard) => shard >= shards)) {
    throw invalidBundle('a bucket of item ids', 'its numbers are out of range');
  }
  return bucket;
}

/** Shards that may hold an item: none, one, or more if hashes collide. */
export function shardsWith({ hashes, shards }: IdBucket, id: string): number[] {
  const hash = hash32(id);
  const found: number[] = [];
  for (let at = hashes.indexOf(hash); at >= 0 && at < hashes.length && hashes[at] === hash; at++) {
    if (!found.includes(shards[at])) found.push(shards[at]);
  }
  return found;
}
