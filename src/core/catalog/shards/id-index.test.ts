import { describe, expect, it } from 'vitest';
import { hash32 } from '../../common/hash';
import { bucketOf, decodeIdBucket, encodeIdBuckets, shardsWith } from './id-index';

describe('the index of ids', () => {
  it('finds the shard of every item, in buckets of about a thousand ids', () => {
    const shards = Array.from({ length: 30 }, (_, shard) => Array.from({ length: 100 }, (_, n) => `ü${shard}/${n}`));
    const buckets = encodeIdBuckets(shards).map((bytes) => decodeIdBucket(new Uint8Array(bytes).buffer, 30));
    expect(buckets).toHaveLength(4);
    const found = (id: string) => shardsWith(buckets[bucketOf(hash32(id), 4)], id);
    for (const [shard, ids] of shards.entries()) for (const id of ids) expect(found(id)).toContain(shard);
    expect(found('unknown')).toEqual([]);
  });

  it('names every shard with an id of the same hash, once', () => {
    const hash = hash32('a');
    const bucket = { hashes: Uint32Array.of(hash, hash, hash), shards: Uint32Array.of(0, 2, 2) };
    expect(shardsWith(bucket, 'a')).toEqual([0, 2]);
    expect(shardsWith({ hashes: new Uint32Array(), shards: new Uint32Array() }, 'a')).toEqual([]);
  });

  it('is refused if it is cut or names a shard that the catalogue lacks', () => {
    const invalid = expect.objectContaining({ code: 'bundle/invalid' });
    const [bytes] = encodeIdBuckets([['a'], ['b']]);
    const { buffer } = new Uint8Array(bytes);
    expect(decodeIdBucket(buffer, 2).shards).toHaveLength(2);
    expect(() => decodeIdBucket(buffer, 1)).toThrow(invalid);
    expect(() => decodeIdBucket(buffer.slice(1), 2)).toThrow(invalid);
    expect(() => decodeIdBucket(buffer.slice(4), 2)).toThrow(invalid);
  });
});
