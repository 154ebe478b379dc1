import { type Random, uniform } from '../../common/random';
import type { Weight, Weights } from '../weights';
import { SIDE_INPUTS, type SideConfig, type SideInput } from './config';

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
    weights[sideInputNames(input).skip] = small(random, width, inputs[input]);
  }
  weights[SIDE_NAMES.embedding] = { shape: [count, width], values: uniform(random, count * width, 0.03) };
  weights[SIDE_NAMES.bias] = zeros(count, 1);
  weights[SIDE_NAMES.popularity] = { shape: [1, 1], values: Float32Array.of(1) };
  weights[SIDE_NAMES.decay] = {
    shape: [decays.length, 1],
    values: Float32Array.from(decays, (decay) => Math.log(decay / (1 - decay))),
  };
  weights[SIDE_NAMES.gain] = {
    shape: [decays.length, width],
    values: new Float32Array(decays.length * width).fill(1 / decays.length),
  };
  return weights;
}
