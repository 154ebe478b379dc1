import type { InferenceSession as Session, Tensor, TensorConstructor } from 'onnxruntime-node';
import { messageOf } from '../../../src/core/common/text';
import type { Pixels, TokenBatch } from '../../../src/core/encoders';
import { loadOnnxruntime } from '../node';
import { type GraphInput, unsupported } from '../onnx';
import type { Adapted, Pooling } from './adapt';
import type { ImageInput, Normalization } from './model-inputs';

/** Inputs on which an adapted model is compared with the original. */
export type SampleInputs = { texts: TokenBatch; count: number } | { pictures: Pixels[]; size: number };

const INT64 = 7;

/**
 * Runs the original model on a sample and pools its hidden states here, independently of the adapted model. Each input runs by
 * itself, as an encoder runs it: a model that quantises its activations takes their range from the whole batch, padding included.
 * @returns the taps, [count * width] each, and their widths
 * @throws SidestreamError `encoder/unsupported-graph` when the model does not run or its states are not [batch, tokens,
 *   width]; `encoder/not-installed`
 */
export async function referenceTaps(adapted: Adapted, sample: SampleInputs, pooling: Pooling) {
  const names = adapted.taps.map((_, i) => `reference/${i}`);
  const [together, ...alone] = await run(adapted, [sample, ...singly(sample)], names);
  const count = 'texts' in sample ? sample.count : sample.pictures.length;
  const widths = names.map((name, i) => {
    const { dims } = together[name];
    const [batch, tokens, width] = dims;
    const expected = 'texts' in sample ? sample.texts.length : tokens;
    if (dims.length !== 3 || batch !== count || tokens !== expected) {
      throw unsupported(`its ${adapted.taps[i]} is [${dims.join(', ')}], not [batch, tokens, width]`);
    }
    return width;
  });
  const taps = names.map((name, i) => {
    const joined = new Float32Array(count * widths[i]);
    for (const [n, outputs] of alone.entries()) {
      const { dims, data } = outputs[name];
      if (!(data instanceof Float32Array)) throw unsupported(`its ${adapted.taps[i]} is not float32`);
      joined.set(pooledStates(data, dims, pooling), n * widths[i]);
    }
    return joined;
  });
  return { widths, taps };
}

/** Each input as a sample of its own; a text without its padding. */
function singly(sample: SampleInputs): SampleInputs[] {
  if (!('texts' in sample)) return sample.pictures.map((picture) => ({ pictures: [picture], size: sample.size }));
  const { ids, mask, length: padded } = sample.texts;
  return Array.from({ length: sample.count }, (_, n) => {
    const start = n * padded;
    const length = Math.max(1, mask.subarray(start, start + padded).lastIndexOf(1) + 1);
    const row = { ids: ids.slice(start, start + length), mask: mask.slice(start, start + length) };
    return { texts: { ...row, length }, count: 1 };
  });
}

async function run({ reference, inputs }: Adapted, samples: SampleInputs[], names: string[]) {
  const { InferenceSession, Tensor } = await loadOnnxruntime();
  try {
    const session = await InferenceSession.create(reference, { logSeverityLevel: 3 });
    try {
      const outputs: Session.OnnxValueMapType[] = [];
      for (const sample of samples) outputs.push(await session.run(feedsOf(inputs, sample, Tensor), names));
      return outputs;
    } finally {
      await session.release();
    }
  } catch (cause) {
    throw unsupported(`it does not run on several inputs at once (${messageOf(cause)})`, cause);
  }
}

function feedsOf(
  inputs: Adapted['inputs'],
  sample: SampleInputs,
  tensorClass: TensorConstructor,
): Record<string, Tensor> {
  if ('text' in inputs) {
    if (!('texts' in sample)) throw new Error('A text model is tested on texts.');
    const { ids, mask, types } = inputs.text;
    const { texts, count } = sample;
    const dims = [count, texts.length];
    const pairs: [GraphInput, Int32Array][] = [
      [ids, texts.ids],
      [mask, texts.mask],
      ...(types ? [[types, new Int32Array(texts.ids.length)] as [GraphInput, Int32Array]] : []),
    ];
    return Object.fromEntries(pairs.map(([input, values]) => [input.name, integers(input, values, dims, tensorClass)]));
  }
  if (!('pictures' in sample)) throw new Error('An image model is tested on pictures.');
  const { pictures, size } = sample;
  const { image, normalization } = inputs;
  const data = new Float32Array(pictures.length * 3 * size * size);
  for (const [i, picture] of pictures.entries())
    data.set(normalized(picture, image, normalization), i * picture.length);
  const dims = image.channelsLast ? [size, size, 3] : [3, size, size];
  return { [image.name]: new tensorClass('float32', data, [pictures.length, ...dims]) };
}

function integers({ type }: GraphInput, values: Int32Array, dims: number[], tensorClass: TensorConstructor): Tensor {
  if (type !== INT64) return new tensorClass('int32', values, dims);
  return new tensorClass('int64', BigInt64Array.from(values, BigInt), dims);
}

function normalized(picture: Pixels, { channelsLast }: ImageInput, norm: Normalization): Float32Array {
  const area = picture.length / 3;
  const out = new Float32Array(picture.length);
  for (let i = 0; i < picture.length; i++) {
    const channel = Math.floor(i / area);
    const to = channelsLast ? (i % area) * 3 + channel : i;
    out[to] = (picture[i] * norm.scale - norm.mean[channel]) / norm.deviation[channel];
  }
  return out;
}

/** @returns the tap of one input */
function pooledStates(states: Float32Array, [, tokens, width]: readonly number[], pooling: Pooling): Float32Array {
  const tap = new Float32Array(width);
  const count = pooling === 'cls' ? 1 : tokens;
  for (let t = 0; t < count; t++) for (let d = 0; d < width; d++) tap[d] += states[t * width + d] / count;
  return tap;
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
