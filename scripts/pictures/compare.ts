import sharp from 'sharp';

/** Channels that differ by less than this, of 255, look the same: pictures are compressed with losses. */
const SAME = 48;
/** Share of the pixels that may differ: the smoothing of letters differs a little from run to run. */
export const TOLERANCE = 0.01;
/** Pictures are compared at this width, where single pixels do not count. */
const WIDTH = 640;

/** Share of the pixels that differ between two pictures; 1 if their shapes differ. */
export async function difference(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([one, other].map(reduced));
  if (a.info.height !== b.info.height) return 1;
  let differing = 0;
  for (let at = 0; at < a.data.length; at += 3) {
    const most = Math.max(...[0, 1, 2].map((channel) => Math.abs(a.data[at + channel] - b.data[at + channel])));
    if (most >= SAME) differing++;
  }
  return differing / (a.data.length / 3);
}

const reduced = (picture: Buffer) =>
  sharp(picture).removeAlpha().resize({ width: WIDTH }).raw().toBuffer({ resolveWithObject: true });

/** Largest size of a picture in the manual, bytes. */
export const MAX_BYTES = 60_000;
const QUALITIES = [82, 70, 58, 46, 34];

/** As WebP, with the best quality that is small enough. @throws Error if none is */
export async function compressed(screenshot: Buffer, name: string): Promise<Buffer> {
  for (const quality of QUALITIES) {
    const file = await sharp(screenshot).webp({ quality, effort: 6, smartSubsample: true }).toBuffer();
    if (file.length <= MAX_BYTES) return file;
  }
  throw new Error(`The picture ${name} is larger than ${MAX_BYTES} bytes at any quality. Make its window smaller.`);
}
