import { reshape, type Scalar, slice, type Tensor, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { fuse } from './fusion';
import { ladder } from './ladder';
import type { Ladder } from './layer';
import { inBatchLoss, type LossTerms } from './loss';
import { fusionOf, layersOf, userEncoderOf } from './state-dict';
import { type AttentionMask, type UserEncoderConfig, userEncoder } from './user-encoder';
import type { Parameters } from './weights';

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
