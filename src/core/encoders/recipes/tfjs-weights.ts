import * as v from 'valibot';
import { SidestreamError } from '../../../error';

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

function unsupported(what: string): SidestreamError {
  return new SidestreamError(
    'encoder/unsupported-graph',
    `The model in the package is not the one that this recipe expects: ${what}. Install the exact version named in models/*.json.`,
  );
}
