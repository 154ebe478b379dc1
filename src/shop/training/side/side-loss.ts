import { concat, dispose, mul, slice, sub, sum, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import {
  ADAPTER_SIZE,
  SIDE_INPUTS,
  type SideAdapters,
  type SideInput,
  type SideModel,
} from '../../../core/catalog/side-model';
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
  adapterQueries,
  choiceLoss,
  itemVectors,
  pickRows,
  SIDE_NAMES,
  type SideConfig,
  type SideItems,
  shopperQueries,
  sideInputNames,
} from '../../../core/model/side';
import type { SideBatch } from './side-batch';
import { pickFeatures, type SideFeatures } from './side-features';
import type { SideSettings } from './side-settings';

export interface SideCatalog {
  config: SideConfig;
  features: SideFeatures;
  /** [count] log(1 + choices); 0 for an item that nobody chose, whose vector comes only from its content. */
  logPopularity: Float32Array;
}

export type SideStepOptions = SideCatalog & Pick<SideSettings, 'dropout' | 'embeddingDropout'>;

interface SideItemSource extends Omit<SideCatalog, 'config'> {
  /** 1 if the embedding of the item at a row counts, otherwise 0. */
  kept(row: number): number;
}

/**
 * A batch's loss, with everything constant on the compute backend until `dispose`. It reads embeddings and biases of the rows of the
 * batch alone, in their order.
 */
export function sideStep(batch: SideBatch, options: SideStepOptions, random: Random) {
  const { rows, sampled, length, sequences, chosen } = batch;
  const { config, logPopularity, dropout, embeddingDropout } = options;
  const places = length * sequences;
  const { rows: _, ...items } = sideItems(rows, {
    features: options.features,
    kept: (row) => (logPopularity[row] > 0 && random() >= embeddingDropout ? 1 : 0),
    logPopularity,
  });
  if (dropout > 0) {
    items.dropout = {};
    for (const input of SIDE_INPUTS) {
      if (!items.inputs[input]) continue;
      const keep = new Float32Array(rows.length * config.hidden).fill(1 / (1 - dropout));
      // How many are kept until the next one is dropped has a geometric distribution, which needs fewer random numbers.
      const scale = 1 / Math.log1p(-dropout);
      const next = (): number => 1 + Math.floor(Math.log(1 - random()) * scale);
      for (let at = next() - 1; at < keep.length; at += next()) keep[at] = 0;
      items.dropout[input] = tensor2d(keep, [rows.length, config.hidden]);
    }
  }
  const remembered = tensor2d(batch.remembered, [places, 1]);
  const average = tensor2d(new Float32Array(sampled).fill(1 / sampled), [1, sampled]);
  const ones = tensor2d(new Float32Array(places).fill(1), [places, 1]);
  const loss: Loss = (parameters) => {
    const width = rowWidth(config);
    const all = itemVectors(parameters, items);
    const candidates = slice(all, [0, 0], [sampled, width + 1]) as Tensor2D;
    const own = pickRows(all, chosen);
    const mean = product(average, slice(candidates, [0, 0], [sampled, width]) as Tensor2D, 'right');
    const rows = slice(own, [0, 0], [places, width]) as Tensor2D;
    const choices = sub(mul(rows, remembered), product(remembered, mean, 'right')) as Tensor2D;
    const vectors = slice(choices, [0, 0], [places, config.width]) as Tensor2D;
    const features = slice(choices, [0, config.width], [places, width - config.width]) as Tensor2D;
    const queries = shopperQueries(parameters, vectors, { length, sequences });
    const adapted = adapterQueries(parameters, queries, features, { length, sequences });
    // The bias of an item is an additional dimension, to which every query gives a weight of one.
    const read = concat([queries, adapted, ones], 1) as Tensor2D;
    return choiceLoss(sum(mul(read, own), 1, true) as Tensor2D, linear(read, candidates), batch);
  };
  return {
    loss,
    dispose: () => {
      disposeItems(items);
      dispose([remembered, average, ones]);
    },
  };
}

function sideItems(
  rows: Int32Array,
  { features, kept, logPopularity }: SideItemSource,
): SideItems & { rows: Int32Array } {
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

/** Parts of which the items have columns. */
const partsOf = ({ inputs }: SideConfig): SideInput[] => SIDE_INPUTS.filter((input) => inputs[input] > 0);

/** Columns of an item's row in the model: its vector, and the features of the adapters. */
const rowWidth = (config: SideConfig): number => config.width + ADAPTER_SIZE * partsOf(config).length;

/** Rows and biases of some items, without dropout: [rows.length * (columns of a row + 1)]. */
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

/** Number of items whose vectors are computed at once. */
const CHUNK = 2048;

/** The side model of a catalogue with given weights. The compute backend must be set. */
export async function sideModelOf(
  weights: Weights,
  { config, features, logPopularity }: SideCatalog,
): Promise<SideModel> {
  const width = rowWidth(config);
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
    decay: sigmoid(logit),
    gain: widened(gains.subarray(h * config.width, (h + 1) * config.width), width),
  }));
  return { width, states, adapters: adaptersOf(weights, config, vectors), vectors, biases };
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Followed by zeros. */
function widened(values: Float32Array, width: number): Float32Array {
  const wide = new Float32Array(width);
  wide.set(values);
  return wide;
}

/** The adapters of a model. Their features are scaled to the size of the vectors, with which they share a scale in files. */
function adaptersOf(weights: Weights, config: SideConfig, vectors: Float32Array): SideAdapters {
  const inputs = partsOf(config);
  const width = rowWidth(config);
  const valuesOf = (name: string): Float32Array => entryOf(weights, name).values;
  const context = valuesOf(SIDE_NAMES.context);
  const rows = Array.from({ length: ADAPTER_SIZE }, (_, j) =>
    context.subarray(j * config.width, (j + 1) * config.width),
  );
  const factors = inputs.map((_, n) => {
    const from = config.width + n * ADAPTER_SIZE;
    const own = meanSquare(vectors, width, from, from + ADAPTER_SIZE);
    const factor = own > 0 ? Math.sqrt(meanSquare(vectors, width, 0, config.width) / own) : 1;
    for (let at = from; at < vectors.length; at += width)
      for (let d = at; d < at + ADAPTER_SIZE; d++) vectors[d] *= factor;
    return factor;
  });
  const parts = inputs.map(sideInputNames);
  return {
    inputs,
    context: Float32Array.from(rows.flatMap((row) => [...widened(row, width)])),
    rates: Float32Array.from(parts, ({ adapterRate }, n) => (valuesOf(adapterRate)[0] / factors[n]) ** 2),
    fades: Float32Array.from(parts, ({ adapterFade }) => sigmoid(valuesOf(adapterFade)[0])),
    start: Float32Array.from(
      parts.flatMap(({ adapterStart }, n) => [...valuesOf(adapterStart)].map((w) => w / factors[n])),
    ),
  };
}

function meanSquare(vectors: Float32Array, width: number, from: number, to: number): number {
  let sum = 0;
  for (let row = 0; row < vectors.length; row += width)
    for (let d = row + from; d < row + to; d++) sum += vectors[d] ** 2;
  return sum / Math.max(1, (vectors.length / width) * (to - from));
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
