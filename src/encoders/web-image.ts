import { SidestreamError } from '../error';
import type { Pixels } from './encoder';
import { letterbox } from './letterbox';
import { planar } from './planar';

/**
 * Decodes a picture the browser can show, turns it upright, fits it into a square and fills the rest, as well as what is
 * transparent, with white. Works on the page and in a worker.
 * @param size side of the square
 * @returns [3, size, size], 0..1
 * @throws SidestreamError `encoder/bad-image`
 */
export async function decodeImage(picture: Blob, size: number): Promise<Pixels> {
  const bitmap = await createImageBitmap(picture).catch((cause) => {
    const message = 'The picture cannot be decoded. Use a PNG, JPEG, WebP or AVIF file.';
    throw new SidestreamError('encoder/bad-image', message, { cause });
  });
  try {
    const context = new OffscreenCanvas(size, size).getContext('2d', { willReadFrequently: true });
    if (!context) throw new SidestreamError('encoder/failed', 'This browser gave no 2D canvas. Close other tabs.');
    const { x, y, width, height } = letterbox(bitmap.width, bitmap.height, size);
    context.fillStyle = '#fff';
    context.fillRect(0, 0, size, size);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, x, y, width, height);
    return planar(context.getImageData(0, 0, size, size).data, 4, size);
  } finally {
    bitmap.close();
  }
}
