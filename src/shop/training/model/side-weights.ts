import * as v from 'valibot';
import { type Random, uniform } from '../../../core/common/random';
import { ADAPTER_SIZE, ADAPTER_WEIGHTS, SIDE_INPUTS, type SideInput } from '../../../core/common/side-inputs';
import type { Weight, Weights } from './weights';

const size = (low: number, high: number) => v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high));

export const sideConfigSchema = v.strictObject({
  /** d: dimensions of an item vector. */
  width: size(1, 256),
  /** Hidden units of one expert. */
  hidden: size(1, 4096),
  /** Number of columns of each part; 0 for a part that the catalogue lacks, which then has no experts. */
  inputs: v.strictObject({ text: size(0, 65_536), image: size(0, 65_536), attributes: size(0, 65_536) }),
  /** Decays that the states start from; they are learned. */
  decays: v.pipe(v.array(v.pipe(v.number(), v.gtValue(0), v.ltValue(1))), v.minLength(1), v.maxLength(8)),
});
export type SideConfig = v.InferOutput<typeof sideConfigSchema>;

/**
 * Half-lives of .4, 1.4, 5 and 23 choices. The fast states follow the basket, the slow ones the shopper; with two states
 * instead of four, the gift shop and the supermarket lose a tenth of their hits in the first ten.
 */
export const SIDE_DECAYS: readonly number[] = [0.2, 0.6, 0.88, 0.97];

/** Square root of the rate, and fade, that adapters start from. */
const ADAPTER_RATE = 0.3;
const ADAPTER_FADE = 0.95;

// Names of the weights. Linear weights are [out, in].

export const sideExpertNames = (input: SideInput, expert: number) => ({
  down: `${input}.experts.${expert}.down.weight`,
  downBias: `${input}.experts.${expert}.down.bias`,
  up: `${input}.experts.${expert}.up.weight`,
  /** [1, hidden] To the item's bias. */
  out: `${input}.experts.${expert}.out.weight`,
});

/** Names of the weights that the experts of a part share. */
export const sideInputNames = (input: SideInput) => ({
  /** [width, columns] The backbone's own path past the experts. */
  skip: `${input}.skip.weight`,
  /** [experts, columns] Softmax gate over the experts; absent with one expert. */
  router: `${input}.router.weight`,
  /** [experts] Lets two experts share the gate of one. Absent with one expert. */
  routerBias: `${input}.router.bias`,
  /** [4, columns] Features of the part's adapter; see `SideAdapters`. */
  adapter: `${input}.adapter.weight`,
  /** [1, 16] W before the first choice. */
  adapterStart: `${input}.adapter.start`,
  /** [1, 1] The rate is the square of this. */
  adapterRate: `${input}.adapter.rate`,
  /** [1, 1] The fade is the logistic function of this. */
  adapterFade: `${input}.adapter.fade`,
});

export const SIDE_NAMES = {
  /** [count, width] Embedding of each item, dropped at random in training. */
  embedding: 'item.embedding',
  /** [count, 1] Bias of each item. */
  bias: 'item.bias',
  /** [1, 1] Factor of an item's log popularity in its bias. */
  popularity: 'item.popularity',
  /** [states, 1] The decay is the logistic function of this. */
  decay: 'state.decay',
  /** [states, width] */
  gain: 'state.gain',
  /** [4, width] Context of the adapters. */
  context: 'state.context',
} as const;

export function sideExpertCount(weights: Readonly<Record<string, unknown>>, input: SideInput): number {
  let count = 0;
  while (sideExpertNames(input, count).down in weights) count++;
  return count;
}

const zeros = (...shape: number[]): Weight => ({
  shape,
  values: new Float32Array(shape.reduce((product, side) => product * side, 1)),
});

const logit = (share: number): number => Math.log(share / (1 - share));

/** Uniform within 1 / sqrt(inputs), as PyTorch's linear layers start. */
const fresh = (random: Random, out: number, into: number): Weight => ({
  shape: [out, into],
  values: uniform(random, out * into, 1 / Math.sqrt(into)),
});

/**
 * The last weights before a vector: a third of that, because a state adds up many vectors. With larger weights, the first
 * epoch would only undo the random start.
 */
function small(random: Random, out: number, into: number): Weight {
  const { shape, values } = fresh(random, out, into);
  return { shape, values: values.map((value) => 0.3 * value) };
}

export function freshSideExpert(config: SideConfig, input: SideInput, expert: number, random: Random): Weights {
  const names = sideExpertNames(input, expert);
  return {
    [names.down]: fresh(random, config.hidden, config.inputs[input]),
    [names.downBias]: zeros(config.hidden),
    [names.up]: small(random, config.width, config.hidden),
    [names.out]: zeros(1, config.hidden),
  };
}

/** The weights of a side model before training. @param count items */
export function freshSideWeights(config: SideConfig, count: number, random: Random): Weights {
  const { width, inputs, decays } = config;
  const weights: Record<string, Weight> = {};
  for (const input of SIDE_INPUTS) {
    if (inputs[input] === 0) continue;
    Object.assign(weights, freshSideExpert(config, input, 0, random));
    const { skip, adapter, adapterStart, adapterRate, adapterFade } = sideInputNames(input);
    weights[skip] = small(random, width, inputs[input]);
    weights[adapter] = fresh(random, ADAPTER_SIZE, inputs[input]);
    weights[adapterStart] = zeros(1, ADAPTER_WEIGHTS);
    weights[adapterRate] = { shape: [1, 1], values: Float32Array.of(ADAPTER_RATE) };
    weights[adapterFade] = { shape: [1, 1], values: Float32Array.of(logit(ADAPTER_FADE)) };
  }
  weights[SIDE_NAMES.context] = fresh(random, ADAPTER_SIZE, width);
  weights[SIDE_NAMES.embedding] = { shape: [count, width], values: uniform(random, count * width, 0.03) };
  weights[SIDE_NAMES.bias] = zeros(count, 1);
  weights[SIDE_NAMES.popularity] = { shape: [1, 1], values: Float32Array.of(1) };
  weights[SIDE_NAMES.decay] = {
    shape: [decays.length, 1],
    values: Float32Array.from(decays, logit),
  };
  weights[SIDE_NAMES.gain] = {
    shape: [decays.length, width],
    values: new Float32Array(decays.length * width).fill(1 / decays.length),
  };
  return weights;
}

/**
 * The error in the weights of a side model, as the rest of a sentence; null if they are valid. @param count number of items
 */
export function sideWeightsFault(weights: Weights, config: SideConfig, count: number): string | null {
  const shapes = sideShapes(weights, config, count);
  for (const [name, shape] of shapes) {
    const found = weights[name];
    if (!found) return `${name} is missing`;
    if (found.shape.join() !== shape.join()) return `${name} has the shape [${found.shape}] instead of [${shape}]`;
    if (!found.values.every(Number.isFinite)) return `${name} contains a value that is not a number`;
  }
  const unknown = Object.keys(weights).find((name) => !shapes.has(name));
  return unknown === undefined ? null : `${unknown} is not a weight of a side model`;
}

/** Shape of every weight, by name, for the present number of experts, at least one per part. */
function sideShapes(weights: Weights, { width, hidden, inputs, decays }: SideConfig, count: number) {
  const shapes = new Map<string, number[]>([
    [SIDE_NAMES.embedding, [count, width]],
    [SIDE_NAMES.bias, [count, 1]],
    [SIDE_NAMES.popularity, [1, 1]],
    [SIDE_NAMES.decay, [decays.length, 1]],
    [SIDE_NAMES.gain, [decays.length, width]],
    [SIDE_NAMES.context, [ADAPTER_SIZE, width]],
  ]);
  for (const input of SIDE_INPUTS) {
    const columns = inputs[input];
    if (columns === 0) continue;
    const experts = Math.max(1, sideExpertCount(weights, input));
    const { skip, router, routerBias, adapter, adapterStart, adapterRate, adapterFade } = sideInputNames(input);
    shapes.set(skip, [width, columns]).set(adapter, [ADAPTER_SIZE, columns]);
    shapes.set(adapterStart, [1, ADAPTER_WEIGHTS]).set(adapterRate, [1, 1]).set(adapterFade, [1, 1]);
    if (experts > 1) shapes.set(router, [experts, columns]).set(routerBias, [experts]);
    for (let n = 0; n < experts; n++) {
      const names = sideExpertNames(input, n);
      shapes.set(names.down, [hidden, columns]).set(names.downBias, [hidden]);
      shapes.set(names.up, [width, hidden]).set(names.out, [1, hidden]);
    }
  }
  return shapes;
}
