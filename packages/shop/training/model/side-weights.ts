import * as v from 'valibot';
import { type Random, uniform } from '../../../../src/core/common/random';
import { ADAPTER_SIZE, ADAPTER_WEIGHTS, SIDE_INPUTS, type SideInput } from '../../../../src/core/common/side-inputs';
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

/** Values that a weight starts with. @param shape [out, in] */
type Start = (random: Random, size: number, shape: readonly number[]) => ArrayLike<number>;

const zeros: Start = (_, size) => new Float32Array(size);
const constant =
  (value: number): Start =>
  (_, size) =>
    new Float32Array(size).fill(value);
/** Uniform within 1 / sqrt(inputs), as PyTorch's linear layers start. */
const linear: Start = (random, size, [, inputs]) => uniform(random, size, 1 / Math.sqrt(inputs));
/**
 * The last weights before a vector: a third of that, because a state adds up many vectors. With larger weights, the first
 * epoch would only undo the random start.
 */
const small: Start = (random, size, [, inputs]) =>
  uniform(random, size, 1 / Math.sqrt(inputs)).map((value) => 0.3 * value);

const logit = (share: number): number => Math.log(share / (1 - share));

/**
 * The weights of a side model before training, with one expert for each part. Equal seeds give equal models, so the order counts.
 * @param count items
 */
export function freshSideWeights(
  { width, hidden, inputs, decays }: SideConfig,
  count: number,
  random: Random,
): Weights {
  const weights: Record<string, Weight> = {};
  const add = (name: string, shape: number[], start: Start): void => {
    const size = shape.reduce((product, side) => product * side, 1);
    weights[name] = { shape, values: Float32Array.from(start(random, size, shape)) };
  };
  for (const input of SIDE_INPUTS) {
    const columns = inputs[input];
    if (columns === 0) continue;
    const { down, downBias, up, out } = sideExpertNames(input, 0);
    add(down, [hidden, columns], linear);
    add(downBias, [hidden], zeros);
    add(up, [width, hidden], small);
    add(out, [1, hidden], zeros);
    const { skip, adapter, adapterStart, adapterRate, adapterFade } = sideInputNames(input);
    add(skip, [width, columns], small);
    add(adapter, [ADAPTER_SIZE, columns], linear);
    add(adapterStart, [1, ADAPTER_WEIGHTS], zeros);
    add(adapterRate, [1, 1], constant(ADAPTER_RATE));
    add(adapterFade, [1, 1], constant(logit(ADAPTER_FADE)));
  }
  add(SIDE_NAMES.context, [ADAPTER_SIZE, width], linear);
  add(SIDE_NAMES.embedding, [count, width], () => uniform(random, count * width, 0.03));
  add(SIDE_NAMES.bias, [count, 1], zeros);
  add(SIDE_NAMES.popularity, [1, 1], constant(1));
  add(SIDE_NAMES.decay, [decays.length, 1], () => decays.map(logit));
  add(SIDE_NAMES.gain, [decays.length, width], constant(1 / decays.length));
  return weights;
}
