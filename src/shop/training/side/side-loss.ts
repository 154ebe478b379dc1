import { add, concat, dispose, mul, slice, sub, sum, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { SideModel } from '../../../core/catalog/side-model';
import {
  disposeParameters,
  entryOf,
  type Loss,
  linear,
  type Parameters,
  parametersFrom,
  product,
  type Random,
  type Weights,
} from '../../../core/model';
import {
  choiceLoss,
  itemVectors,
  pickRows,
  SIDE_INPUTS,
  SIDE_NAMES,
  type SideConfig,
  type SideInput,
  type SideItems,
  shopperQueries,
} from '../../../core/model/side';
import type { SideBatch } from './side-batch';
import { pickFeatures, type SideFeatures } from './side-features';

export interface SideStepOptions {
  config: SideConfig;
  features: SideFeatures;
  /** [count] */
  logPopularity: Float32Array;
  dropout: number;
  embeddingDropout: number;
}

export interface SideItemSource {
  features: SideFeatures;
  /** 1 if the embedding of the item at a row counts, otherwise 0. */
  kept(row: number): number;
  /** [count] */
  logPopularity: Float32Array;
}

/** A batch's loss, with everything constant on the compute backend until `dispose`. */
export function sideStep(batch: SideBatch, options: SideStepOptions, random: Random) {
  const { rows, sampled, length, sequences, chosen } = batch;
  const { config, logPopularity, dropout, embeddingDropout } = options;
  const places = length * sequences;
  const column = (values: Float32Array): Tensor2D => tensor2d(values, [values.length, 1]);
  const items = sideItems(rows, {
    features: options.features,
    kept: (row) => (logPopularity[row] > 0 && random() >= embeddingDropout ? 1 : 0),
    logPopularity,
  });
  if (dropout > 0) {
    items.dropout = {};
    for (const input of SIDE_INPUTS) {
      if (!items.inputs[input]) continue;
      const keep = new Float32Array(rows.length * config.hidden);
      for (let at = 0; at < keep.length; at++) keep[at] = random() < dropout ? 0 : 1 / (1 - dropout);
      items.dropout[input] = tensor2d(keep, [rows.length, config.hidden]);
    }
  }
  const weights = column(batch.weights);
  const remembered = column(batch.remembered);
  const offsets = tensor2d(batch.offsets, [places, sampled]);
  const average = tensor2d(new Float32Array(sampled).fill(1 / sampled), [1, sampled]);
  const ones = tensor2d(new Float32Array(places).fill(1), [places, 1]);
  const { ages, earlier } = decayAges(length);
  const loss: Loss = (parameters) => {
    const width = config.width;
    const all = itemVectors(parameters, items);
    const candidates = slice(all, [0, 0], [sampled, width + 1]) as Tensor2D;
    const own = pickRows(all, chosen);
    const mean = product(average, slice(candidates, [0, 0], [sampled, width]) as Tensor2D, 'right');
    const vectors = slice(own, [0, 0], [places, width]) as Tensor2D;
    const choices = sub(mul(vectors, remembered), product(remembered, mean, 'right')) as Tensor2D;
    const queries = shopperQueries(parameters, choices, { length, sequences, ages, earlier });
    // The bias of an item is an additional dimension, to which every query gives a weight of one.
    const read = concat([queries, ones], 1) as Tensor2D;
    const scores = add(linear(read, candidates), offsets) as Tensor2D;
    return choiceLoss(sum(mul(read, own), 1, true) as Tensor2D, scores, weights);
  };
  return {
    loss,
    dispose: () => {
      disposeItems(items);
      dispose([weights, remembered, offsets, average, ones, ages, earlier]);
    },
  };
}

function sideItems(rows: Int32Array, { features, kept, logPopularity }: SideItemSource): SideItems {
  const picked = pickFeatures(features, rows);
  const inputs: Partial<Record<SideInput, Tensor2D>> = {};
  for (const input of SIDE_INPUTS) {
    const { columns } = features.inputs[input];
    if (columns > 0) inputs[input] = tensor2d(picked[input], [rows.length, columns]);
  }
  return {
    inputs,
    rows,
    kept: tensor2d(Float32Array.from(rows, kept), [rows.length, 1]),
    logPopularity: tensor2d(
      Float32Array.from(rows, (row) => logPopularity[row]),
      [rows.length, 1],
    ),
  };
}

function disposeItems({ inputs, kept, logPopularity, dropout }: SideItems): void {
  dispose([...Object.values(inputs), kept, logPopularity, ...Object.values(dropout ?? {})]);
}

/** Vectors and biases of some items, [rows.length * (width + 1)], without dropout. */
export async function computeItems(
  parameters: Parameters,
  rows: Int32Array,
  data: SideItemSource,
): Promise<Float32Array> {
  const items = sideItems(rows, data);
  const all = tidy(() => itemVectors(parameters, items));
  const values = await all.data<'float32'>();
  all.dispose();
  disposeItems(items);
  return Float32Array.from(values);
}

/** Ages for `decayMatrix`: choice s is t - 1 - s choices old right before place t. */
function decayAges(length: number): { ages: Tensor2D; earlier: Tensor2D } {
  const ages = new Float32Array(length * length);
  const earlier = new Float32Array(length * length);
  for (let t = 0; t < length; t++) {
    for (let s = 0; s < t; s++) {
      ages[t * length + s] = t - 1 - s;
      earlier[t * length + s] = 1;
    }
  }
  return { ages: tensor2d(ages, [length, length]), earlier: tensor2d(earlier, [length, length]) };
}

/** Number of items whose vectors are computed at once. */
const CHUNK = 2048;

export interface SideCatalog {
  config: SideConfig;
  features: SideFeatures;
  /** [count] log(1 + choices); 0 for an item that nobody chose, whose vector comes only from its content. */
  logPopularity: Float32Array;
}

/** The side model of a catalogue with given weights. The compute backend must be set. */
export async function sideModelOf(
  weights: Weights,
  { config, features, logPopularity }: SideCatalog,
): Promise<SideModel> {
  const { width } = config;
  const { count } = features;
  const vectors = new Float32Array(count * width);
  const biases = new Float32Array(count);
  const source = { features, logPopularity, kept: (row: number) => (logPopularity[row] > 0 ? 1 : 0) };
  const parameters = parametersFrom(weights);
  try {
    for (let from = 0; from < count; from += CHUNK) {
      const rows = Int32Array.from({ length: Math.min(CHUNK, count - from) }, (_, n) => from + n);
      const values = await computeItems(parameters, rows, source);
      for (let n = 0; n < rows.length; n++) {
        vectors.set(values.subarray(n * (width + 1), n * (width + 1) + width), (from + n) * width);
        biases[from + n] = values[n * (width + 1) + width];
      }
    }
  } finally {
    disposeParameters(parameters);
  }
  centre(vectors, width, logPopularity);
  const decays = entryOf(weights, SIDE_NAMES.decay).values;
  const gains = entryOf(weights, SIDE_NAMES.gain).values;
  const states = Array.from(decays, (logit, h) => ({
    decay: 1 / (1 + Math.exp(-logit)),
    gain: gains.slice(h * width, (h + 1) * width),
  }));
  return { width, states, vectors, biases };
}

/** Subtracts the mean vector of the chosen items: a choice says how its item differs from the rest. */
function centre(vectors: Float32Array, width: number, logPopularity: Float32Array): void {
  const mean = new Float64Array(width);
  let known = 0;
  for (const [row, value] of logPopularity.entries()) {
    if (value === 0) continue;
    known++;
    for (let d = 0; d < width; d++) mean[d] += vectors[row * width + d];
  }
  if (known === 0) return;
  for (let at = 0; at < vectors.length; at++) vectors[at] -= mean[at % width] / known;
}
