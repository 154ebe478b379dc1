import { concat, dispose, mul, slice, sub, type Tensor1D, type Tensor2D, tensor, tidy } from '@tensorflow/tfjs-core';
import {
  ADAPTER_SIZE,
  SIDE_INPUTS,
  type SideAdapters,
  type SideInput,
  type SideModel,
} from '../../../../src/core/catalog/side-model';
import type { Random } from '../../../../src/core/common/random';
import { linear, product } from '../model/differentiable';
import type { Batch, BatchLoss } from '../model/gradients';
import {
  adapterQueries,
  choiceLoss,
  itemVectors,
  pickRows,
  rowProducts,
  type SideItems,
  sequencePlaces,
  shopperQueries,
} from '../model/network';
import { SIDE_NAMES, type SideConfig, sideInputNames } from '../model/side-weights';
import { entryOf, parametersFrom, type StateDict, type Weight, type Weights } from '../model/weights';
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

/** Sizes of a batch; its places are length * sequences. */
export type SideSizes = Record<'items' | 'sampled' | 'length' | 'sequences', number>;

/** Constants of `sideLoss`; those of a part are called `columns.` and `dropout.` and its name. */
export function sideStep(batch: SideBatch, options: SideStepOptions, random: Random): Batch<SideSizes> {
  const { rows, sampled, length, sequences, chosen, weights, remembered, offsets } = batch;
  const { config, features, logPopularity, dropout, embeddingDropout } = options;
  const kept = (row: number) => (logPopularity[row] > 0 && random() >= embeddingDropout ? 1 : 0);
  const constants: Record<string, Float32Array | Int32Array> = {
    ...itemConstants(rows, { features, logPopularity, kept }),
    ...sequencePlaces(length),
    chosen,
    weights,
    remembered,
    offsets,
    average: new Float32Array(sampled).fill(1 / sampled),
    ones: new Float32Array(length * sequences).fill(1),
  };
  for (const input of partsOf(config)) {
    if (dropout === 0) break;
    const keep = new Float32Array(rows.length * config.hidden).fill(1 / (1 - dropout));
    // How many are kept until the next one is dropped has a geometric distribution, which needs fewer random numbers.
    const scale = 1 / Math.log1p(-dropout);
    const next = (): number => 1 + Math.floor(Math.log(1 - random()) * scale);
    for (let at = next() - 1; at < keep.length; at += next()) keep[at] = 0;
    constants[`dropout.${input}`] = keep;
  }
  return { sizes: { items: rows.length, sampled, length, sequences }, constants };
}

/** The loss of a batch. It reads embeddings and biases of the rows of the batch alone, in their order. */
export function sideLoss(config: SideConfig): BatchLoss<SideSizes> {
  const parts = partsOf(config);
  return {
    shapes({ items, sampled, length, sequences }) {
      const places = length * sequences;
      return {
        ...itemShapes(config, items),
        [SIDE_NAMES.embedding]: [items, config.width],
        [SIDE_NAMES.bias]: [items, 1],
        ...Object.fromEntries(parts.map((input) => [`dropout.${input}`, [items, config.hidden]])),
        ages: [length, length],
        earlier: [length, length],
        chosen: [places],
        weights: [places, 1],
        remembered: [places, 1],
        offsets: [places, sampled],
        average: [1, sampled],
        ones: [places, 1],
      };
    },
    value(parameters, constants, { sampled, length, sequences }) {
      const given = constants as StateDict<Tensor2D>;
      const { remembered, average, ones, offsets, weights, ages, earlier } = given;
      const order = { ages, earlier };
      const places = length * sequences;
      const width = rowWidth(config);
      const all = itemVectors(parameters, itemsOf(config, given));
      const candidates = slice(all, [0, 0], [sampled, width + 1]) as Tensor2D;
      const own = pickRows(all, constants.chosen as Tensor1D);
      const mean = product(average, slice(candidates, [0, 0], [sampled, width]) as Tensor2D, 'right');
      const rows = slice(own, [0, 0], [places, width]) as Tensor2D;
      const choices = sub(mul(rows, remembered), product(remembered, mean, 'right')) as Tensor2D;
      const vectors = slice(choices, [0, 0], [places, config.width]) as Tensor2D;
      const features = slice(choices, [0, config.width], [places, width - config.width]) as Tensor2D;
      const queries = shopperQueries(parameters, vectors, order);
      const adapted = adapterQueries(parameters, queries, features, order);
      // The bias of an item is an additional dimension, to which every query gives a weight of one.
      const read = concat([queries, adapted, ones], 1) as Tensor2D;
      return choiceLoss(rowProducts(read, own), linear(read, candidates), { weights, offsets });
    },
  };
}

function itemConstants(
  rows: Int32Array,
  { features, kept, logPopularity }: SideItemSource,
): Record<string, Float32Array> {
  const picked = Object.entries(pickFeatures(features, rows)).filter(([, columns]) => columns.length > 0);
  return {
    ...Object.fromEntries(picked.map(([input, columns]) => [`columns.${input}`, columns])),
    kept: Float32Array.from(rows, kept),
    logPopularity: Float32Array.from(rows, (row) => logPopularity[row]),
  };
}

const itemShapes = (config: SideConfig, items: number): Record<string, number[]> => ({
  ...Object.fromEntries(partsOf(config).map((input) => [`columns.${input}`, [items, config.inputs[input]]])),
  kept: [items, 1],
  logPopularity: [items, 1],
});

/** Items from tensors of `itemConstants`. */
function itemsOf(config: SideConfig, given: StateDict<Tensor2D>): SideItems {
  const ofParts = (name: string): Partial<Record<SideInput, Tensor2D>> =>
    Object.fromEntries(partsOf(config).map((input) => [input, given[`${name}.${input}`]]));
  const { kept, logPopularity } = given;
  return { inputs: ofParts('columns'), dropout: ofParts('dropout'), kept, logPopularity };
}

/** Parts of which the items have columns. */
const partsOf = ({ inputs }: SideConfig): SideInput[] => SIDE_INPUTS.filter((input) => inputs[input] > 0);

/** Columns of an item's row in the model: its vector, and the features of the adapters. */
const rowWidth = (config: SideConfig): number => config.width + ADAPTER_SIZE * partsOf(config).length;

/** Weights of which only some rows of the embeddings and biases are left, in this order. */
export function weightsOfRows(weights: Weights, rows: Int32Array): Weights {
  const picked = [SIDE_NAMES.embedding, SIDE_NAMES.bias].map((name): [string, Weight] => {
    const { shape, values } = entryOf(weights, name);
    const own = new Float32Array(rows.length * shape[1]);
    for (const [n, row] of rows.entries()) own.set(values.subarray(row * shape[1], (row + 1) * shape[1]), n * shape[1]);
    return [name, { shape: [rows.length, shape[1]], values: own }];
  });
  return { ...weights, ...Object.fromEntries(picked) };
}

/** Rows and biases of some items, without dropout: [rows.length * (columns of a row + 1)]. */
export async function computeItems(
  weights: Weights,
  rows: Int32Array,
  { config, ...source }: SideItemSource & { config: SideConfig },
): Promise<Float32Array> {
  const shapes = itemShapes(config, rows.length);
  const parameters = parametersFrom(weightsOfRows(weights, rows));
  const all = tidy(() => {
    const given = Object.entries(itemConstants(rows, source)).map(([name, values]) => [
      name,
      tensor(values, shapes[name]),
    ]);
    return itemVectors(parameters, itemsOf(config, Object.fromEntries(given)));
  });
  dispose(parameters);
  const values = await all.data<'float32'>();
  all.dispose();
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
  const source = { config, features, logPopularity, kept: (row: number) => (logPopularity[row] > 0 ? 1 : 0) };
  for (let from = 0; from < count; from += CHUNK) {
    const rows = Int32Array.from({ length: Math.min(CHUNK, count - from) }, (_, n) => from + n);
    const values = await computeItems(weights, rows, source);
    for (let n = 0; n < rows.length; n++) {
      vectors.set(values.subarray(n * (width + 1), n * (width + 1) + width), (from + n) * width);
      biases[from + n] = values[n * (width + 1) + width];
    }
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
