import type { KernelEnum } from 'sharp';
import { SidestreamError } from '../../../error';
import { messageOf } from '../../common/thrown';
import type { Pixels } from '../encoder';
import { frame, planar } from '../picture';
import type { Framing } from '../preset';
import { loadSharp } from './node-packages';

/** sharp's names of the filters. */
const KERNELS: Record<NonNullable<Framing['filter']>, keyof KernelEnum> = {
  nearest: 'nearest',
  bilinear: 'linear',
  bicubic: 'cubic',
  lanczos: 'lanczos3',
  mitchell: 'mitchell',
};

/**
 * Decodes a picture (PNG, JPEG, WebP, AVIF, GIF, TIFF or SVG), turns it upright, fits it into the encoder's square and fills
 * the rest and transparent areas with white.
 * @param framing the framing fields of the image preset; letterboxed by default
 * @returns [3, size, size], 0..1
 * @throws SidestreamError `encoder/bad-image`, `encoder/not-installed`
 */
export async function decodeImage(bytes: Uint8Array, framing: Framing): Promise<Pixels> {
  const { size, fit = 'letterbox', filter = 'mitchell' } = framing;
  const kernel = KERNELS[filter];
  const sharp = await loadSharp();
  try {
    const upright = sharp(bytes, { failOn: 'error' }).autoOrient().flatten({ background: '#fff' });
    if (fit !== 'crop') {
      const how = fit === 'stretch' ? ({ fit: 'fill' } as const) : ({ fit: 'contain', background: '#fff' } as const);
      return planar(
        await upright
          .resize(size, size, { ...how, kernel })
          .raw()
          .toBuffer(),
        3,
        size,
      );
    }
    const { autoOrient: shown } = await upright.metadata();
    const { x, y, width, height } = frame(shown.width, shown.height, framing);
    const scaled = upright.resize(width, height, { fit: 'fill', kernel });
    const middle = scaled.extract({ left: -x, top: -y, width: size, height: size });
    return planar(await middle.raw().toBuffer(), 3, size);
  } catch (cause) {
    const message = `The picture cannot be decoded (${messageOf(cause)}). Use a PNG, JPEG, WebP or AVIF file.`;
    throw new SidestreamError('encoder/bad-image', message, { cause });
  }
}
