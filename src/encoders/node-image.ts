import sharp from 'sharp';
import { SidestreamError } from '../error';
import type { Pixels } from './encoder';
import { planar } from './planar';

/**
 * Decodes a picture (PNG, JPEG, WebP, AVIF, GIF, TIFF or SVG), turns it upright, fits it into a square and fills the
 * rest, as well as what is transparent, with white.
 * @param size side of the square
 * @returns [3, size, size], 0..1
 * @throws SidestreamError `encoder/bad-image`
 */
export async function decodeImage(bytes: Uint8Array, size: number): Promise<Pixels> {
  try {
    const rgb = await sharp(bytes, { failOn: 'error' })
      .autoOrient()
      .flatten({ background: '#fff' })
      .resize(size, size, { fit: 'contain', background: '#fff', kernel: 'mitchell' })
      .raw()
      .toBuffer();
    return planar(rgb, 3, size);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `The picture cannot be decoded (${why}). Use a PNG, JPEG, WebP or AVIF file.`;
    throw new SidestreamError('encoder/bad-image', message, { cause });
  }
}
