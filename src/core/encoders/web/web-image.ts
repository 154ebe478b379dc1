import { SidestreamError } from '../../../error';
import { framed } from '../picture';
import type { Framing } from '../preset';
import type { Pixels } from '../session';

/** Number of pixels above which the browser scales a picture before it is read: a photo of a phone has twelve million. */
const MAX_PIXELS = 4e6;

/**
 * Decodes a picture the browser can show, turns it upright, fits it into the encoder's square and fills the rest and
 * transparent areas with white. Works on the page and in a worker.
 * @param framing the framing fields of the image preset; letterboxed by default
 * @returns [3, size, size], 0..1
 * @throws SidestreamError `encoder/bad-image`
 */
export async function decodeImage(picture: Blob, framing: Framing): Promise<Pixels> {
  const bitmap = await createImageBitmap(picture).catch(async (cause) => {
    throw new SidestreamError('encoder/bad-image', await undecodable(picture), { cause });
  });
  try {
    const scale = Math.min(1, Math.sqrt(MAX_PIXELS / (bitmap.width * bitmap.height)));
    const [width, height] = [bitmap.width, bitmap.height].map((length) => Math.max(1, Math.round(length * scale)));
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context)
      throw new SidestreamError('encoder/failed', 'This browser did not provide a 2D canvas. Close other tabs.');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    return framed({ width, height, channels: 4, data: context.getImageData(0, 0, width, height).data }, framing);
  } finally {
    bitmap.close();
  }
}

/** Brands of HEIC and HEIF files, the default of iPhones, which only Safari decodes. */
const HEIC = /^ftyp(heic|heix|hevc|heim|heis|mif1|msf1)/;

/** What to do about a picture that the browser cannot decode. */
async function undecodable(picture: Blob): Promise<string> {
  const start = await picture.slice(4, 12).text();
  if (HEIC.test(start))
    return 'This browser cannot decode HEIC pictures. Save the photo as JPEG, or take it with the camera button.';
  return 'The picture cannot be decoded: it is broken, too large, or of another kind. Use a PNG, JPEG, WebP or AVIF file.';
}
