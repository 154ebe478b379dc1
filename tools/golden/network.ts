import {
  add,
  concat,
  concat1d,
  keep,
  mean,
  mul,
  norm,
  reshape,
  type Scalar,
  slice,
  softmax,
  split,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { affine, gelu, linear } from '../../packages/shop/training/model/differentiable';
import type { Parameters } from '../../packages/shop/training/model/weights';
import { SidestreamError } from '../../src/error';
import { inBatchLoss, type LossTerms } from './loss';
import type { Affine } from './parameters';
import { checkLayer, fusionOf, type Ladder, type Layer, layersOf } from './state-dict';
import { type AttentionMask, type UserEncoderConfig, userEncoder, userEncoderOf } from './user-encoder';

/** Gradients that a forward pass may skip. Default: it computes all. */
export interface Constants {
  /** The expert's weights need no gradient. */
  frozen?: boolean;
  /** The input needs no gradient. */
  input?: boolean;
}

/**
 * x + up(GELU(down(x))), without biases.
 * @param x [N, D]
 * @param weights down [H, D], up [D, H]
 * @returns [N, D]
 */
export function expert(
  x: Tensor2D,
  { down, up }: Layer<Tensor>['experts'][number],
  { frozen = false, input = false }: Constants = {},
): Tensor2D {
  const inner = linear(x, down, frozen ? 'left' : input ? 'right' : 'both');
  return add(x, linear(gelu(inner), up, frozen ? 'left' : 'both'));
}

/**
 * Gate of every sample over the backbone and n experts: softmax(x * weight + bias).
 * @param x [N, D]
 * @param router weight [n + 1, D], bias [n + 1]
 * @param constant x carries no gradient
 * @returns [N, n + 1], rows sum to 1, backbone first
 */
export const gates = (x: Tensor2D, router: Layer<Tensor>['router'], constant = false): Tensor2D =>
  softmax(affine(x, router, constant ? 'right' : 'both'));

/** Options of one pass through a ladder. */
export interface LadderOptions {
  /** Weights that gradients are wanted for; all when absent. */
  trainable?: ReadonlySet<Tensor>;
  /**
   * Called once per layer with [n + 1]: the mean over samples of the L2 norm of gate * candidate, backbone first. The
   * tensor is kept and belongs to the callee.
   */
  onActivation?(layer: number, activation: Tensor1D): void;
}

/**
 * One modality's side network: x = tap 0; at layer i, x = sum of gate_j * candidate_j over the frozen backbone
 * (tap i + 1) and the experts of x.
 * @param taps K+1 tensors [N, D], shallow to deep; they carry no gradient
 * @param layers K layers
 * @returns [N, D]
 * @throws SidestreamError `model/bad-shape` when taps and layers do not fit
 */
export function ladder(taps: Tensor2D[], layers: Layer<Tensor>[], options: LadderOptions = {}): Tensor2D {
  check(taps, layers);
  return tidy(() => {
    let x = taps[0];
    for (let i = 0; i < layers.length; i++) x = mixture(x, taps[i + 1], layers[i], i, options);
    return x;
  });
}

function mixture(
  x: Tensor2D,
  backbone: Tensor2D,
  { experts, router }: Layer<Tensor>,
  index: number,
  { trainable, onActivation }: LadderOptions,
): Tensor2D {
  // Tap 0, the input of the first layer, carries no gradient.
  const input = index === 0;
  const columns = split(gates(x, router, input), experts.length + 1, 1);
  const candidates = [
    backbone,
    ...experts.map(({ down, up }) => {
      const frozen = trainable !== undefined && !trainable.has(down) && !trainable.has(up);
      return expert(x, { down, up }, { frozen, input });
    }),
  ];
  const parts = candidates.map((candidate, j) => mul(columns[j], candidate));
  if (onActivation) {
    const activation = tidy(() => concat1d(parts.map((part) => reshape(mean(norm(part, 2, 1)), [1]))));
    onActivation(index, keep(activation));
  }
  return parts.reduce((sum, part) => add(sum, part)) as Tensor2D;
}

function check(taps: Tensor2D[], layers: Layer<Tensor>[]): void {
  const refuse = (reason: string): never => {
    throw new SidestreamError('model/bad-shape', `${reason}; use the features that the weights were made for.`);
  };
  if (taps.length !== layers.length + 1) {
    refuse(`${layers.length} layers need ${layers.length + 1} taps but got ${taps.length}`);
  }
  for (const [index, layer] of layers.entries()) {
    checkLayer(layer);
    const width = layer.router.weight.shape[1];
    const tap = taps.find(({ shape }) => shape[1] !== width || shape[0] !== taps[0].shape[0]);
    if (tap) refuse(`layer ${index} takes taps of [${taps[0].shape[0]}, ${width}] but got [${tap.shape}]`);
  }
}

/**
 * Item embedding of the two ladders' outputs: weight * (image ++ text) + bias.
 * @param image [N, D]
 * @param text [N, D]
 * @param weights weight [E, 2D], bias [E]
 * @returns [N, E]
 */
export const fuse = (image: Tensor2D, text: Tensor2D, weights: Affine<Tensor>): Tensor2D =>
  affine(concat([image, text], 1), weights);

/** The taps of N items: per ladder K+1 tensors [N, D], shallow to deep. */
export type ItemTaps = Record<Ladder, Tensor2D[]>;

/** Options of one forward pass. */
export interface ForwardOptions {
  /** Weights that gradients are wanted for; all when absent. */
  trainable?: ReadonlySet<Tensor>;
  /** Called per ladder and layer with the mean activations; see `LadderOptions`. */
  onActivation?(ladder: Ladder, layer: number, activation: Tensor1D): void;
}

/** Both ladders' outputs. @returns per ladder [N, D] */
function ladderOutputs(
  parameters: Parameters,
  taps: ItemTaps,
  { trainable, onActivation }: ForwardOptions = {},
): Record<Ladder, Tensor2D> {
  const run = (name: Ladder): Tensor2D =>
    ladder(taps[name], layersOf(parameters, name), {
      trainable,
      onActivation: onActivation && ((layer, activation) => onActivation(name, layer, activation)),
    });
  return { text: run('text'), image: run('image') };
}

/** Item embeddings [N, E]. */
export function itemEmbeddings(parameters: Parameters, taps: ItemTaps, options?: ForwardOptions): Tensor2D {
  return tidy(() => {
    const { image, text } = ladderOutputs(parameters, taps, options);
    return fuse(image, text, fusionOf(parameters));
  });
}

/** Constants of a training batch of B sequences. */
export interface BatchInputs {
  /** Taps of the batch's B * (L + 1) items, row by row. */
  taps: ItemTaps;
  attention: AttentionMask;
  loss: LossTerms;
}

/** Loss of one batch: item embeddings, user vectors at every position, in-batch cross-entropy. */
export function batchLoss(
  parameters: Parameters,
  config: UserEncoderConfig,
  inputs: BatchInputs,
  options?: ForwardOptions,
): Scalar {
  return tidy(() => {
    const { size, length } = inputs.attention;
    const items = itemEmbeddings(parameters, inputs.taps, options); // [B * (L + 1), E]
    const width = items.shape[1];
    const cube = slice(reshape(items, [size, length + 1, width]), [0, 0, 0], [size, length, width]);
    const history = reshape(cube, [size * length, width]) as Tensor2D; // [B * L, E]
    const users = userEncoder(userEncoderOf(parameters), config, history, inputs.attention); // [B * L, E]
    return inBatchLoss(users, items, inputs.loss);
  });
}
