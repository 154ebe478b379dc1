import type { InferenceSession as Session } from 'onnxruntime-node';
import { messageOf } from '../../../src/core/common/text';
import type { Pixels } from '../../../src/core/encoders';
import { loadOnnxruntime } from '../node';
import { unsupported } from '../onnx';

/** Inputs on which an adapted model is compared with the original: texts as token ids, or pictures of a size. */
export type SampleInputs = { texts: number[][] } | { pictures: Pixels[]; size: number };

/**
 * Runs an encoder on a sample. Each input runs beside a copy of itself, which shows whether the model runs on several inputs, and depends on
 * no other input: a model that quantises its activations takes their range from the whole batch.
 * @returns the taps, [count * width] each, and their widths
 * @throws SidestreamError `encoder/unsupported-graph` when the model does not run, or its taps are not [batch, width];
 *   `encoder/not-installed`
 */
export async function tapsOf(onnx: Uint8Array, names: string[], sample: SampleInputs) {
  const { InferenceSession, Tensor } = await loadOnnxruntime();
  const feeds =
    'texts' in sample
      ? sample.texts.map((ids) => {
          const dims = [2, ids.length];
          const mask = new Int32Array(2 * ids.length).fill(1);
          return {
            input_ids: new Tensor('int32', Int32Array.of(...ids, ...ids), dims),
            attention_mask: new Tensor('int32', mask, dims),
          };
        })
      : sample.pictures.map((picture) => {
          const twice = new Float32Array(2 * picture.length);
          twice.set(picture);
          twice.set(picture, picture.length);
          return { pixels: new Tensor('float32', twice, [2, 3, sample.size, sample.size]) };
        });
  const outputs: Session.OnnxValueMapType[] = [];
  try {
    const session = await InferenceSession.create(onnx, { logSeverityLevel: 3 });
    try {
      for (const own of feeds) outputs.push(await session.run(own, names));
    } finally {
      await session.release();
    }
  } catch (cause) {
    throw unsupported(`it does not run on several inputs at once (${messageOf(cause)})`, cause);
  }
  const widths = names.map((name) => {
    const { dims } = outputs[0][name];
    if (dims.length !== 2 || dims[0] !== 2)
      throw unsupported(`its ${name} is [${dims.join(', ')}], not [batch, width]`);
    return dims[1];
  });
  const taps = names.map((name, i) => {
    const joined = new Float32Array(feeds.length * widths[i]);
    for (const [n, { [name]: output }] of outputs.entries()) {
      if (output.data instanceof Float32Array) joined.set(output.data.subarray(0, widths[i]), n * widths[i]);
    }
    return joined;
  });
  return { widths, taps };
}

/**
 * Similarity of taps to the original's: the lowest cosine over the sample, with the mean over the sample subtracted. Only
 * differences between inputs count, because features are standardised later; a plain cosine would be near 1 in any case.
 * @param width of the tap
 * @returns -1 to 1; null when the right taps do not differ at all
 */
export function agreement(actual: Float32Array, expected: Float32Array, width: number): number | null {
  const [a, e] = [centered(actual, width), centered(expected, width)];
  if (!(norm(e) > 1e-4 * norm(expected))) return null;
  let lowest = 1;
  for (let start = 0; start < e.length; start += width) {
    const [x, y] = [a.subarray(start, start + width), e.subarray(start, start + width)];
    let dot = 0;
    for (let d = 0; d < width; d++) dot += x[d] * y[d];
    const cosine = dot / (norm(x) * norm(y));
    lowest = Math.min(lowest, Number.isFinite(cosine) ? cosine : -1);
  }
  return lowest;
}

function centered(taps: Float32Array, width: number): Float32Array {
  const count = taps.length / width;
  const mean = new Float64Array(width);
  for (let i = 0; i < taps.length; i++) mean[i % width] += taps[i] / count;
  return taps.map((value, i) => value - mean[i % width]);
}

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** Short texts typical of shops; some are longer and some in other languages, to exercise padding and rare tokens. */
export const SAMPLE_TEXTS: readonly string[] = [
  'Running shoes with a cushioned sole',
  "Women's linen summer dress, blue",
  'Stainless steel water bottle 750 ml, keeps drinks cold for 24 hours',
  'Wooden toy train',
  'Wireless over-ear headphones with noise cancelling and 30 hours of battery',
  'Organic green tea, 100 g',
  'Chaqueta impermeable de montaña',
  'Kaffeemaschine mit Mahlwerk, schwarz, für ganze Bohnen und gemahlenen Kaffee',
  'A5 notebook, dotted, 120 pages. Thick paper, lies flat when open, and has a ribbon and a pocket for loose notes.',
  'Sofa',
];

const PICTURES = 6;

/** Smooth waves with a hard edge on white, each with a different colour, direction and pitch. */
export function samplePictures(size: number): Pixels[] {
  const area = size * size;
  return Array.from({ length: PICTURES }, (_, n) =>
    Float32Array.from({ length: 3 * area }, (_, i) => {
      const [channel, y, x] = [Math.floor(i / area), Math.floor((i % area) / size) / size, (i % size) / size];
      if (x + (n % 3) * y < 0.15 * n) return 1;
      return 0.5 + 0.45 * Math.sin(4 * (x * (channel + 1 + n) + y * (2 * n + 1)) + n * channel);
    }),
  );
}
