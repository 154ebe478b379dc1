import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_PRESETS } from '../../../src/core/encoders/preset';
import type { EncoderFiles } from '../../../src/core/encoders/session';
import { buildPreset } from '../recipes';
import { createNodeEncoder } from './node-encoder';

const PACKAGES = new URL('../../../node_modules/', import.meta.url);
const { text: TEXT, image: IMAGE } = DEFAULT_PRESETS;

const build = (preset: typeof TEXT | typeof IMAGE): Promise<EncoderFiles> =>
  buildPreset(
    preset,
    async (path) => new Uint8Array(await readFile(new URL(`${preset.source.package}/${path}`, PACKAGES))),
  );

describe('an encoder in Node', () => {
  let text: EncoderFiles;
  let image: EncoderFiles;
  beforeAll(async () => {
    [text, image] = [await build(TEXT), await build(IMAGE)];
  });

  it('gives every text of a long batch the same taps as on its own, to the bit', async () => {
    const encoder = await createNodeEncoder(TEXT, text, { threads: 1 });
    expect(encoder.backend).toBe('node');
    const texts = Array.from({ length: 70 }, (_, i) => `product number ${i} ${'of many '.repeat(i % 9)}`);
    const together = await encoder.encode(texts);
    expect(together.map((tap) => tap.length)).toEqual(TEXT.taps.map(({ width }) => width * 70));
    for (const i of [0, 33, 69]) {
      const alone = await encoder.encode([texts[i]]);
      for (const [t, { width }] of TEXT.taps.entries()) {
        expect(together[t].subarray(i * width, (i + 1) * width)).toEqual(alone[t]);
      }
    }
    await encoder.release();
  });

  it('gives empty taps for an empty batch and finite ones for an empty text', async () => {
    const encoder = await createNodeEncoder(TEXT, text);
    expect((await encoder.encode([])).map((tap) => tap.length)).toEqual([0, 0, 0]);
    for (const tap of await encoder.encode([''])) expect(tap.every(Number.isFinite)).toBe(true);
    await encoder.release();
  });

  it('encodes pictures, and refuses one of the wrong size', async () => {
    const encoder = await createNodeEncoder(IMAGE, image);
    const white = new Float32Array(3 * IMAGE.size ** 2).fill(1);
    const taps = await encoder.encode([white, white.map((x) => x / 2)]);
    for (const [t, { width }] of IMAGE.taps.entries()) {
      expect(taps[t]).toHaveLength(2 * width);
      expect(taps[t].subarray(0, width)).not.toEqual(taps[t].subarray(width));
    }
    await expect(encoder.encode([white.subarray(3)])).rejects.toMatchObject({ code: 'encoder/bad-image' });
    await encoder.release();
    await expect(encoder.encode([white])).rejects.toMatchObject({ code: 'encoder/failed' });
  });

  it('refuses files that do not match the preset', async () => {
    const changed = { ...text, onnx: text.onnx.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)) };
    await expect(createNodeEncoder(TEXT, changed)).rejects.toMatchObject({ code: 'encoder/missing' });
    await expect(createNodeEncoder(TEXT, { onnx: text.onnx })).rejects.toMatchObject({ code: 'encoder/missing' });
  });
});
