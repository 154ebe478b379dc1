import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Random } from '../../../src/core/common/random';

/** How a product is photographed again: its picture cut, turned, lighter or darker, and compressed. */
const PHOTOGRAPH = {
  /** Maximum share of each side that is cut off. */
  crop: 0.15,
  /** Maximum turn either way, degrees. */
  turn: 10,
  /** Maximum change of the brightness either way, as a share. */
  light: 0.2,
  /** Quality of the JPEG. */
  quality: 60,
};

/** Changes that `photograph` makes to pictures, for tables. */
export const CHANGES = `cut by up to ${100 * PHOTOGRAPH.crop} % of each side, turned by up to ${PHOTOGRAPH.turn} degrees, brightness up to ${100 * PHOTOGRAPH.light} % off, JPEG of quality ${PHOTOGRAPH.quality}`;

/**
 * Photographs the picture in a file again.
 * @param width of the photograph before it is turned, pixels. Default: what the cut leaves
 * @returns a JPEG
 */
export async function photograph(file: string, random: Random, width?: number): Promise<Buffer> {
  const { crop, turn, light, quality } = PHOTOGRAPH;
  const either = (most: number): number => (2 * random() - 1) * most;
  const [degrees, brightness, kept] = [either(turn), 1 + either(light), 1 - crop * random()];
  const { data, info } = await sharp(await readFile(file))
    .flatten({ background: '#fff' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const size = { width: Math.round(info.width * kept), height: Math.round(info.height * kept) };
  const from = {
    left: Math.floor(random() * (info.width - size.width)),
    top: Math.floor(random() * (info.height - size.height)),
  };
  // One pipeline would turn the picture before it cuts it.
  const cut = await sharp(data, { raw: info })
    .extract({ ...from, ...size })
    .resize(width)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(cut.data, { raw: cut.info })
    .rotate(degrees, { background: '#fff' })
    .modulate({ brightness })
    .jpeg({ quality })
    .toBuffer();
}

/** Members of a list at equal distances. @param count at most as many as there are */
export const evenly = <T>(all: readonly T[], count: number): T[] =>
  Array.from({ length: count }, (_, n) => all[Math.floor((n * all.length) / count)]);
