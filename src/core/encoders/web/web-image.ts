import { SidestreamError } from '../../../error';
import type { Pixels } from '../encoder';
import { frame, planar } from '../picture';
import type { Framing } from '../preset';

/**
 * Decodes a picture the browser can show, turns it upright, fits it into the encoder's square and fills the rest and
 * transparent areas with white. Works on the page and in a worker.
 * @param framing the framing fields of the image preset; letterboxed by default. The browser chooses the filter
 * @returns [3, size, size], 0..1
 * @throws SidestreamError `encoder/bad-image`
 */
export async function decodeImage(picture: Blob, framing: Framing): Promise<Pixels> {
  const { size } = framing;
  const bitmap = await createImageBitmap(picture).catch(async (cause) => {
    throw new SidestreamError('encoder/bad-image', await undecodable(picture), { cause });
  });
  try {
    const context = new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true });
    if (!context)
      throw new SidestreamError('encoder/failed', 'This browser did not provide a 2D canvas. Close other tabs.');
    const { x, y, width, height } = frame(bitmap.width, bitmap.height, framing);
    context.fillStyle = '#fff';
    context.fillRect(0, 0, size, size);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, x, y, width, height);
    return planar(context.getImageData(0, 0, size, size).data, 4, size);
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
