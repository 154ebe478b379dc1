import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_PRESETS } from '../../../src/core/encoders';
import type { ChunkRunner } from '../../shop/pipeline/chunk';
import { encodeRows, type RowsTask } from '../../shop/pipeline/encode-rows';
import { FeatureCache } from '../../shop/pipeline/feature-cache';
import { cacheFile } from './build-folder';

const folder = mkdtempSync(join(tmpdir(), 'sidestream-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Encodes a text as its length; cannot encode "bad". */
function lengthRunner(seen: string[][]): ChunkRunner & { most: number } {
  let running = 0;
  return {
    slots: 3,
    most: 0,
    async run({ inputs }) {
      this.most = Math.max(this.most, ++running);
      seen.push(inputs.map(String));
      await new Promise((resolve) => setTimeout(resolve, 2));
      running--;
      return inputs.map((input) =>
        input === 'bad' ? { reason: 'it is bad' } : { bytes: Uint8Array.of(input.length, 0, 0, 0) },
      );
    },
    async close() {},
  };
}

async function encode(texts: string[], name: string, more: Partial<RowsTask> = {}) {
  const cache = new FeatureCache(cacheFile(join(folder, name)), 4);
  const seen: string[][] = [];
  const runner = lengthRunner(seen);
  const stored: number[] = new Array(texts.length).fill(-1);
  const rejected = new Map<number, string>();
  let advanced = 0;
  const counts = await encodeRows({
    modality: 'text',
    preset: DEFAULT_PRESETS.text,
    runtime: 'test 1',
    rows: texts.map((_, row) => row),
    load: async (row) => texts[row],
    reject: (row, reason) => void rejected.set(row, reason),
    runner,
    projection: null,
    cache,
    store: (row, payload) => {
      stored[row] = payload[0];
    },
    advance: (count) => {
      advanced += count;
    },
    ...more,
  }).finally(() => cache.close());
  return { ...counts, seen, stored, rejected, advanced, most: runner.most };
}

describe('encodeRows', () => {
  it('encodes new inputs, each shared input once, and none that the cache has', async () => {
    const texts = ['a', 'bb', 'a', 'ccc', 'bb'];
    const first = await encode(texts, 'rows');
    expect(first).toMatchObject({
      encoded: 3,
      reused: 0,
      stored: [1, 2, 1, 3, 2],
      seen: [['ccc', 'bb', 'a']],
      advanced: 5,
    });
    const second = await encode([...texts, 'dddd'], 'rows');
    expect(second).toMatchObject({ encoded: 1, reused: 5, stored: [1, 2, 1, 3, 2, 4], seen: [['dddd']], advanced: 6 });
  });

  it('keeps only as many chunks in flight as are useful', async () => {
    const texts = Array.from({ length: 500 }, (_, n) => `${n}`);
    const { seen, most, advanced } = await encode(texts, 'window');
    expect([seen.flat().length, most, advanced]).toEqual([500, 3, 500]);
  });

  it('puts texts of similar length in one chunk, long ones first, and each result in the row of its text', async () => {
    const texts = Array.from({ length: 200 }, (_, n) => `${'x'.repeat((n * 37) % 100)} ${n}`);
    const { seen, stored } = await encode(texts, 'sorted');
    expect(stored).toEqual(texts.map((text) => text.length));
    const lengths = seen.map((chunk) => chunk.map((text) => text.length));
    expect(lengths.map((chunk) => chunk.length)).toEqual([64, 64, 64, 8]);
    expect(lengths.flat()).toEqual(lengths.flat().toSorted((a, b) => b - a));
    // The cache does not depend on their order in the feed.
    const again = await encode(texts.toReversed(), 'sorted');
    expect([again.encoded, again.reused, again.stored]).toEqual([0, 200, stored.toReversed()]);
  });

  it('leaves pictures in the order of their rows', async () => {
    const { seen } = await encode(['a', 'ccc', 'bb'], 'pictures', { modality: 'image' });
    expect(seen).toEqual([['a', 'ccc', 'bb']]);
  });

  it('refuses each row that cannot be loaded or encoded, and tries it again the next time', async () => {
    const load = async (row: number) => {
      if (row === 1) throw new Error('it is not there');
      return ['bad', '', 'good', 'bad'][row];
    };
    for (let time = 0; time < 2; time++) {
      const { rejected, stored, advanced } = await encode(['', '', '', ''], 'refused', { load });
      expect([...rejected].sort()).toEqual([
        [0, 'it is bad'],
        [1, 'it is not there'],
        [3, 'it is bad'],
      ]);
      expect([stored, advanced]).toEqual([[-1, -1, 4, -1], 4]);
    }
  });

  it('ends with the first failure and keeps the rows encoded before', async () => {
    const runner: ChunkRunner = {
      slots: 1,
      run: async ({ inputs }) => {
        if (inputs.includes('5')) throw new Error('the encoder failed');
        return inputs.map(() => ({ bytes: new Uint8Array(4) }));
      },
      async close() {},
    };
    const texts = Array.from({ length: 100 }, (_, n) => `${n}`);
    await expect(encode(texts, 'failed', { runner })).rejects.toThrow('the encoder failed');
    const again = await encode(texts, 'failed');
    expect([again.encoded, again.reused]).toEqual([36, 64]);
  });
});
