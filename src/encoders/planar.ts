import type { Pixels } from './encoder';

/**
 * Interleaved bytes to the encoder's layout.
 * @param bytes [size, size, channels], red, green and blue first
 * @returns [3, size, size], 0..1
 */
export function planar(bytes: ArrayLike<number>, channels: 3 | 4, size: number): Pixels {
  const area = size * size;
  const pixels = new Float32Array(3 * area);
  for (let i = 0, from = 0; i < area; i++, from += channels) {
    pixels[i] = bytes[from] / 255;
    pixels[area + i] = bytes[from + 1] / 255;
    pixels[2 * area + i] = bytes[from + 2] / 255;
  }
  return pixels;
}
