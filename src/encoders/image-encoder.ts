import type { TypedTensor } from 'onnxruntime-web';
import { SidestreamError } from '../error';
import { inChunks } from './chunks';
import type { ImageEncoder } from './encoder';
import type { ImagePreset } from './preset';
import type { Session } from './session';

/** Makes a float32 tensor of the runtime in use. */
export type FloatTensor = (data: Float32Array, dims: number[]) => TypedTensor<'float32'>;

/** Pictures of one run: 600 KB of pixels and some 20 MB of activations each. */
const CHUNK = 8;

/** An image encoder over a session with the input `pixels`. */
export function imageEncoder(preset: ImagePreset, session: Session, tensor: FloatTensor): ImageEncoder {
  const { size } = preset;
  const length = 3 * size * size;
  return {
    preset,
    get backend() {
      return session.backend;
    },
    encode: (pictures) =>
      inChunks(preset, pictures, CHUNK, (chunk) => {
        const pixels = new Float32Array(chunk.length * length);
        for (const [i, picture] of chunk.entries()) {
          if (picture.length !== length) {
            const message = `A picture for "${preset.name}" must be 3 x ${size} x ${size} values; got ${picture.length}.`;
            throw new SidestreamError('encoder/bad-image', message);
          }
          pixels.set(picture, i * length);
        }
        return session.run({ pixels: tensor(pixels, [chunk.length, 3, size, size]) });
      }),
    release: () => session.release(),
  };
}
