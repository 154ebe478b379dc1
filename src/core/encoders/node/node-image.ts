import { SidestreamError } from '../../../error';
import { messageOf } from '../../common/text';
import type { Pixels } from '../encoder';
import { framed } from '../picture';
import type { Framing } from '../preset';
import { loadSharp } from './node-packages';

/**
 * Decodes a picture (PNG, JPEG, WebP, AVIF, GIF, TIFF or SVG), turns it upright, fits it into the encoder's square and fills
 * the rest and transparent areas with white.
 * @param framing the framing fields of the image preset; letterboxed by default
 * @returns [3, size, size], 0..1
 * @throws SidestreamError `encoder/bad-image`, `encoder/not-installed`
 */
export async function decodeImage(bytes: Uint8Array, framing: Framing): Promise<Pixels> {
  const sharp = await loadSharp();
  try {
    const upright = sharp(bytes, { failOn: 'error' })
      .autoOrient()
      .flatten({ background: '#fff' })
      .toColourspace('srgb');
    const { data, info } = await upright.raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return framed({ width, height, channels: 3, data: channels === 3 ? data : repeated(data, channels) }, framing);
  } catch (cause) {
    const message = `The picture cannot be decoded (${messageOf(cause)}). Use a PNG, JPEG, WebP or AVIF file.`;
    throw new SidestreamError('encoder/bad-image', message, { cause });
  }
}

/** The bytes of a grey picture three times. @param channels bytes of a pixel */
function repeated(bytes: Uint8Array, channels: number): Uint8Array {
  const out = new Uint8Array((3 * bytes.length) / channels);
  for (let pixel = 0; pixel * channels < bytes.length; pixel++)
    out.fill(bytes[pixel * channels], 3 * pixel, 3 * pixel + 3);
  return out;
}
