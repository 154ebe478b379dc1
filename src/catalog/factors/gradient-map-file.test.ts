import { describe, expect, it } from 'vitest';
import type { GradientMap } from './gradient-map';
import { decodeGradientMap, encodeGradientMap } from './gradient-map-file';

const map: GradientMap = {
  blocks: [
    { name: 'content 3', width: 3 },
    { name: 'kategorien Bücher|Öle 2', width: 2 },
  ],
  eigenvalues: Float32Array.of(2.5, -1),
  eigenvectors: Float32Array.of(0.6, 0, -0.8, 0, 0, 0, 0.5, 0, 0.5, Math.SQRT1_2),
};
const BASE = 'a'.repeat(64);
const decode = (bytes: Uint8Array<ArrayBuffer>, base: string | undefined = BASE) =>
  decodeGradientMap(bytes.buffer, 'factors-1.bin', base);
const refused = expect.objectContaining({ code: 'bundle/invalid' });

describe('a map of gradients in a file', () => {
  it('is read as it was written, its vectors within half a step', () => {
    const read = decode(encodeGradientMap(map, BASE));
    expect(read?.blocks).toEqual(map.blocks);
    expect(read?.eigenvalues).toEqual(map.eigenvalues);
    for (const [at, value] of map.eigenvectors.entries()) {
      expect(Math.abs((read?.eigenvectors[at] ?? Number.NaN) - value)).toBeLessThanOrEqual(0.51 / 127);
    }
  });

  it('takes a byte for each value and 8 for each eigenvector', () => {
    const wide = { ...map, blocks: [{ name: 'content 508', width: 508 }], eigenvectors: new Float32Array(2 * 508) };
    const header = JSON.stringify({ base: BASE, rank: 2, blocks: wide.blocks });
    expect(encodeGradientMap(wide, BASE)).toHaveLength(4 + header.length + 2 * (8 + 508));
  });

  it('is left out where the base model is another one, or there is none', () => {
    const bytes = encodeGradientMap(map, BASE);
    expect(decode(bytes, 'b'.repeat(64))).toBeNull();
    expect(decodeGradientMap(bytes.buffer, 'factors-1.bin', undefined)).toBeNull();
  });

  it.each<[string, Partial<GradientMap>]>([
    ['have another length', { eigenvectors: new Float32Array(9) }],
    ['are none', { eigenvalues: new Float32Array(), eigenvectors: new Float32Array() }],
    ['are more than 64', { eigenvalues: new Float32Array(65), eigenvectors: new Float32Array(65 * 5) }],
    ['are not finite', { eigenvectors: map.eigenvectors.map(() => Number.NaN) }],
    ['have an infinite value', { eigenvalues: Float32Array.of(Number.POSITIVE_INFINITY, 1) }],
    ['are about nothing', { blocks: [], eigenvectors: new Float32Array() }],
  ])('is not written when its eigenvectors %s', (_, wrong) => {
    expect(() => encodeGradientMap({ ...map, ...wrong }, BASE)).toThrow(refused);
  });

  const from = 4 + new DataView(encodeGradientMap(map, BASE).buffer).getUint32(0, true);

  it.each<[string, (view: DataView) => void]>([
    ['the header is longer than the file', (view) => view.setUint32(0, 0xffff_ffff, true)],
    ['the header is cut', (view) => view.setUint32(0, 9, true)],
    ['the header is no JSON', (view) => view.setUint8(4, 0)],
    ['an eigenvalue is no number', (view) => view.setFloat32(from, Number.NaN, true)],
    ['a scale is below 0', (view) => view.setFloat32(from + 8, -1, true)],
  ])('is refused when %s', (_, damage) => {
    const bytes = encodeGradientMap(map, BASE);
    damage(new DataView(bytes.buffer));
    expect(() => decode(bytes)).toThrow(refused);
  });

  it.each([0, 3, from, -1])('is refused when it is cut: %i', (length) => {
    expect(() => decode(encodeGradientMap(map, BASE).slice(0, length))).toThrow(refused);
  });

  it('refuses a header with other fields or bounds', () => {
    const with_ = (header: object): Uint8Array<ArrayBuffer> => {
      const text = new TextEncoder().encode(JSON.stringify(header));
      const bytes = new Uint8Array(4 + text.length + 100);
      new DataView(bytes.buffer).setUint32(0, text.length, true);
      bytes.set(text, 4);
      return bytes;
    };
    const good = { base: BASE, rank: 1, blocks: [{ name: 'content 92', width: 92 }] };
    expect(decode(with_(good))?.eigenvectors).toHaveLength(92);
    for (const wrong of [
      { ...good, other: 1 },
      { ...good, rank: 0 },
      { ...good, rank: 1.5 },
      { ...good, blocks: [{ name: 'content 0', width: 0 }] },
      { ...good, blocks: [{ name: 'content 92', width: 1e9 }] },
    ]) {
      expect(() => decode(with_(wrong))).toThrow(refused);
    }
  });
});
