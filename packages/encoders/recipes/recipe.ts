import * as v from 'valibot';
import type { EncoderFiles, Preset } from '../../../src/core/encoders';
import { SidestreamError } from '../../../src/error';

/** Reads one file of the source package, given its path inside the package. */
export type ReadSource = (path: string) => Promise<Uint8Array>;

/** Turns the files of an npm package into an encoder. The same files always give the same bytes. */
export interface Recipe {
  /** The preset made, `models/<name>.json`. */
  name: Preset['name'];
  /**
   * @param taps names of the graph outputs wanted; operators that none of them needs are left out
   * @throws SidestreamError `encoder/unsupported-graph` when the package contains an unexpected model, or the model lacks a
   *   tap
   */
  build(read: ReadSource, taps: readonly string[]): Promise<EncoderFiles>;
}

/**
 * Notice in a built file about its origin. It contains the full licence of the package, which must accompany the file.
 * @param change the changes made, which the licence requires to state
 */
export async function licenseNotice(read: ReadSource, change: string): Promise<string> {
  const [about, license] = await Promise.all([read('package.json'), read('LICENSE')]);
  const { name, version } = v.parse(aboutSchema, JSON.parse(decode(about)));
  return `Made by Sidestream from the npm package ${name} ${version}. ${change} The package's licence:\n\n${decode(license)}`;
}

const aboutSchema = v.object({ name: v.string(), version: v.string() });
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const weightSchema = v.object({
  name: v.string(),
  shape: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
  dtype: v.picklist(['float32', 'int32']),
  quantization: v.optional(v.object({ min: v.number(), scale: v.number(), dtype: v.literal('uint8') })),
});
const manifestSchema = v.array(v.object({ weights: v.array(weightSchema) }));

/** One stored tensor: `bytes` is float32 or int32 little-endian, or uint8 with value = byte * scale + min. */
export interface TfjsWeight {
  shape: number[];
  bytes: Uint8Array;
  quantization?: { min: number; scale: number };
}

/** The tensors of a tfjs `weightsManifest`, by name. */
export class TfjsWeights {
  readonly #weights = new Map<string, TfjsWeight>();

  /**
   * @param manifest the `weightsManifest` of a tfjs model.json
   * @param data all shards, joined
   * @throws SidestreamError `encoder/unsupported-graph`
   */
  constructor(manifest: unknown, data: Uint8Array) {
    const parsed = v.safeParse(manifestSchema, manifest);
    if (!parsed.success) throw unsupported(`its weightsManifest reads "${parsed.issues[0].message}"`);
    let offset = 0;
    for (const { name, shape, quantization } of parsed.output.flatMap((group) => group.weights)) {
      const length = shape.reduce((a, b) => a * b, 1) * (quantization ? 1 : 4);
      const bytes = data.slice(offset, offset + length);
      if (bytes.length < length) throw unsupported(`the shards end inside the weight "${name}"`);
      offset += length;
      this.#weights.set(name, { shape, bytes, ...(quantization ? { quantization } : {}) });
    }
    if (offset !== data.length) throw unsupported(`the shards hold ${data.length - offset} extra bytes`);
  }

  /** @throws SidestreamError `encoder/unsupported-graph` when the tensor is absent */
  get(name: string): TfjsWeight {
    const weight = this.#weights.get(name);
    if (!weight) throw unsupported(`it has no weight "${name}"`);
    return weight;
  }

  /** The tensor's values, dequantised if stored in 8 bits. */
  floats(name: string): Float32Array {
    const { bytes, quantization } = this.get(name);
    if (quantization) return Float32Array.from(bytes, (q) => q * quantization.scale + quantization.min);
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  }
}

export function unsupported(what: string, cause?: unknown): SidestreamError {
  return new SidestreamError(
    'encoder/unsupported-graph',
    `The model in the package is not the one that this recipe expects: ${what}. Install the exact version named in models/*.json.`,
    { cause },
  );
}
