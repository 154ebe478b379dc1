import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { compressed, difference, MAX_BYTES, TOLERANCE } from './compare';

/** A page with a heading of some colour and a text that begins there. */
const page = (left: number, height = 400): Promise<Buffer> =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="${height}"><rect width="640" height="${height}" fill="#fff"/>
<rect x="${left}" y="40" width="200" height="120" fill="#0b6e66"/><rect x="40" y="240" width="400" height="2" fill="#000"/></svg>`,
    ),
  )
    .png()
    .toBuffer();

/** Noise, which does not compress. */
const noise = (size: number): Promise<Buffer> => {
  const pixels = Buffer.alloc(size * size * 3);
  for (let n = 0, state = 1; n < pixels.length; n++) {
    state = (state * 16_807) % 2_147_483_647;
    pixels[n] = state % 256;
  }
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();
};

describe('pictures', () => {
  it('look the same after compression, and different if a part moves or the shape changes', async () => {
    const screenshot = await page(40);
    expect(await difference(await compressed(screenshot, 'page'), screenshot)).toBeLessThan(TOLERANCE / 2);
    expect(await difference(screenshot, await page(100))).toBeGreaterThan(TOLERANCE);
    expect(await difference(screenshot, await page(40, 480))).toBe(1);
  });

  it('are compressed until they are small, and refused if they cannot be', async () => {
    expect((await compressed(await noise(200), 'noise')).length).toBeLessThanOrEqual(MAX_BYTES);
    await expect(compressed(await noise(600), 'noise')).rejects.toThrow('The picture noise is larger than');
  });
});
