import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FeatureCache } from '../../shop/pipeline/feature-cache';
import { cacheFile } from './build-folder';

const folder = mkdtempSync(join(tmpdir(), 'sidestream-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BYTES = 10;
const RECORD = 32 + BYTES + 4;
const key = (n: number) => createHash('sha256').update(String(n)).digest();
const payload = (n: number) => new Uint8Array(BYTES).fill(n);
const known = (cache: FeatureCache, count: number) =>
  Array.from({ length: count }, (_, n) => cache.get(key(n))?.[0] ?? null);

function filled(name: string, count: number): string {
  const path = join(folder, name);
  const cache = new FeatureCache(cacheFile(path), BYTES);
  for (let n = 0; n < count; n++) cache.add(key(n), payload(n));
  cache.close();
  return path;
}

describe('FeatureCache', () => {
  it('finds added entries, in this run and the next', () => {
    const path = filled('whole', 3);
    const cache = new FeatureCache(cacheFile(path), BYTES);
    expect(known(cache, 4)).toEqual([0, 1, 2, null]);
    expect(cache.get(key(2))).toEqual(payload(2));
    cache.add(key(3), payload(3));
    expect(known(cache, 4)).toEqual([0, 1, 2, 3]);
    cache.close();
  });

  it('loses no more than the last entry, wherever a write was torn off, and continues from there', () => {
    const path = filled('source', 3);
    const { size } = statSync(path);
    const torn = join(folder, 'torn');
    for (let cut = 1; cut < RECORD; cut++) {
      copyFileSync(path, torn);
      truncateSync(torn, size - cut);
      const cache = new FeatureCache(cacheFile(torn), BYTES);
      expect(known(cache, 3)).toEqual([0, 1, null]);
      cache.add(key(7), payload(7));
      cache.close();
      const again = new FeatureCache(cacheFile(torn), BYTES);
      expect([...known(again, 2), again.get(key(7))?.[0]]).toEqual([0, 1, 7]);
      again.close();
    }
  });

  it('never returns a damaged entry', () => {
    const path = filled('damaged', 3);
    const bytes = readFileSync(path);
    for (let at = bytes.length - RECORD; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] ^= 0x40;
      writeFileSync(path, changed);
      const cache = new FeatureCache(cacheFile(path), BYTES);
      expect(known(cache, 3)).toEqual([0, 1, null]);
      cache.close();
    }
  });

  it('starts empty when payloads have another length or the file is something else', () => {
    const path = filled('other', 3);
    const wider = new FeatureCache(cacheFile(path), BYTES + 1);
    expect(known(wider, 3)).toEqual([null, null, null]);
    wider.close();
    writeFileSync(path, 'something else altogether, long enough to be a header');
    const cache = new FeatureCache(cacheFile(path), BYTES);
    expect(known(cache, 3)).toEqual([null, null, null]);
    cache.close();
  });

  it('drops the entries that a build did not ask for, once they are the majority', () => {
    const path = filled('tidy', 10);
    const cache = new FeatureCache(cacheFile(path), BYTES);
    for (const n of [1, 4, 7, 8, 9]) cache.get(key(n));
    cache.tidy();
    expect(known(cache, 10)).not.toContain(null);
    cache.close();
    const next = new FeatureCache(cacheFile(path), BYTES);
    for (const n of [1, 4, 9]) next.get(key(n));
    next.tidy();
    next.add(key(10), payload(10));
    expect(known(next, 11)).toEqual([null, 1, null, null, 4, null, null, null, null, 9, 10]);
    next.close();
    const last = new FeatureCache(cacheFile(path), BYTES);
    expect(known(last, 11)).toEqual([null, 1, null, null, 4, null, null, null, null, 9, 10]);
    last.close();
  });
});
