import type { Pixels } from './encoder';
import type { Framing } from './preset';

/** A rectangle in whole pixels. */
export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Position of a picture in the encoder's square: whole and centred with its proportions (`letterbox`), stretched over all of
 * it (`stretch`), or centred and filling it, with the excess cut off (`crop`; x and y may then be negative).
 */
export function frame(width: number, height: number, { size, fit, shortestEdge }: Framing): Rectangle {
  if (fit === 'stretch') return { x: 0, y: 0, width: size, height: size };
  const scale =
    fit === 'crop' ? Math.max(shortestEdge ?? size, size) / Math.min(width, height) : size / Math.max(width, height);
  const fitted = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  return { x: Math.floor((size - fitted.width) / 2), y: Math.floor((size - fitted.height) / 2), ...fitted };
}

/**
 * Converts interleaved bytes to the encoder's layout.
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
