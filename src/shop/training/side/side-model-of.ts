import type { SideModel } from '../../../core/catalog/side-model';
import { disposeParameters, entryOf, type Parameters, parametersFrom, type Weights } from '../../../core/model';
import { SIDE_NAMES, type SideConfig } from '../../../core/model/side';
import type { SideFeatures } from './side-features';
import { computeItems } from './side-step';

/** Number of items whose vectors are computed at once. */
const CHUNK = 2048;

/** The inputs from which the vectors of all items are computed. */
export interface SideCatalog {
  config: SideConfig;
  features: SideFeatures;
  /** [count] log(1 + choices); 0 for an item that nobody chose, whose vector comes only from its content. */
  logPopularity: Float32Array;
}

/** The side model of a catalogue with given weights. The compute backend must be set. */
export async function sideModelOf(weights: Weights, catalog: SideCatalog): Promise<SideModel> {
  const parameters = parametersFrom(weights);
  try {
    return await sideModelBy(parameters, weights, catalog);
  } finally {
    disposeParameters(parameters);
  }
}

async function sideModelBy(
  parameters: Parameters,
  weights: Weights,
  { config, features, logPopularity }: SideCatalog,
): Promise<SideModel> {
  const { width } = config;
  const { count } = features;
  const vectors = new Float32Array(count * width);
  const biases = new Float32Array(count);
  const source = { features, logPopularity, kept: (row: number) => (logPopularity[row] > 0 ? 1 : 0) };
  for (let from = 0; from < count; from += CHUNK) {
    const rows = Int32Array.from({ length: Math.min(CHUNK, count - from) }, (_, n) => from + n);
    const values = await computeItems(parameters, rows, source);
    for (let n = 0; n < rows.length; n++) {
      vectors.set(values.subarray(n * (width + 1), n * (width + 1) + width), (from + n) * width);
      biases[from + n] = values[n * (width + 1) + width];
    }
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
