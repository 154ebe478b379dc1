import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from './node-encoder';

const SIZE = 32;
const AREA = SIZE * SIZE;
const solid = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 4, background } });

/** [red, green, blue] at a place, rounded to two digits. */
function at(pixels: Float32Array, x: number, y: number): number[] {
  return [0, 1, 2].map((c) => Math.round(pixels[c * AREA + y * SIZE + x] * 100) / 100);
}

describe('a picture for the encoder', () => {
  it('is fitted into the square on white', async () => {
    const pixels = await decodeImage(await solid(64, 32, '#ff0000').png().toBuffer(), { size: SIZE });
    expect(pixels).toHaveLength(3 * AREA);
    expect(at(pixels, 16, 16)).toEqual([1, 0, 0]);
    expect(at(pixels, 16, 2)).toEqual([1, 1, 1]);
    expect(at(pixels, 16, 29)).toEqual([1, 1, 1]);
  });

  it('is cropped in the middle, or stretched, as the encoder wants', async () => {
    const red = await solid(20, 64, '#ff0000').png().toBuffer();
    const picture = await solid(128, 64, '#0000ff')
      .composite([{ input: red, left: 0, top: 0 }])
      .png()
      .toBuffer();
    const cropped = await decodeImage(picture, { size: SIZE, fit: 'crop', shortestEdge: 36, filter: 'bicubic' });
    expect(at(cropped, 1, 16)).toEqual([0, 0, 1]);
    const stretched = await decodeImage(picture, { size: SIZE, fit: 'stretch', filter: 'bilinear' });
    expect(at(stretched, 1, 16)).toEqual([1, 0, 0]);
    expect(at(stretched, 10, 1)).toEqual([0, 0, 1]);
  });

  it('is cropped as it is shown, not as it is stored', async () => {
    const top = await solid(64, 30, '#ff0000').png().toBuffer();
    const tall = solid(64, 128, '#0000ff')
      .composite([{ input: top, left: 0, top: 0 }])
      .flatten();
    const sideways = await tall.jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
    const pixels = await decodeImage(sideways, { size: SIZE, fit: 'crop' });
    expect(pixels).toHaveLength(3 * AREA);
    expect(at(pixels, 2, 16)[2]).toBeGreaterThan(0.9);
    expect(at(pixels, 30, 16)[2]).toBeGreaterThan(0.9);
  });

  it('shows transparent areas as white', async () => {
    const pixels = await decodeImage(await solid(40, 40, '#ff000000').webp({ lossless: true }).toBuffer(), {
      size: SIZE,
    });
    expect(at(pixels, 16, 16)).toEqual([1, 1, 1]);
  });

  it('is turned upright', async () => {
    const half = await solid(32, 16, '#0000ff').png().toBuffer();
    const sideways = solid(32, 32, '#00ff00').composite([{ input: half, left: 0, top: 0 }]);
    const pixels = await decodeImage(await sideways.png().withMetadata({ orientation: 6 }).toBuffer(), { size: SIZE });
    expect(at(pixels, 28, 16)).toEqual([0, 0, 1]);
    expect(at(pixels, 4, 16)).toEqual([0, 1, 0]);
  });

  it('has three channels for any file', async () => {
    const gray = await solid(20, 20, '#808080').greyscale().png().toBuffer();
    const deep = await solid(20, 20, '#808080').toColourspace('rgb16').png().toBuffer();
    const print = await solid(20, 20, '#808080').flatten().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    for (const file of [gray, deep, print]) {
      const pixels = await decodeImage(file, { size: SIZE });
      expect(pixels).toHaveLength(3 * AREA);
      for (const value of at(pixels, 10, 10)) expect(value).toBeCloseTo(0.5, 1);
    }
  });

  it('is refused with a code when it cannot be decoded', async () => {
    const whole = await solid(200, 200, '#336699').jpeg().toBuffer();
    for (const file of [new Uint8Array(), new Uint8Array([1, 2, 3]), whole.subarray(0, whole.length / 2)]) {
      await expect(decodeImage(file, { size: SIZE })).rejects.toMatchObject({ code: 'encoder/bad-image' });
    }
  });
});
