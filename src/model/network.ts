import { reshape, type Scalar, slice, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import type { ModelConfig } from './config';
import { fuse } from './fusion';
import { ladder } from './ladder';
import { inBatchLoss, type LossTerms } from './loss';
import type { Ladder } from './names';
import { fusionOf, layersOf, type Parameters } from './parameters';
import { type AttentionMask, userEncoder } from './user-encoder';

/** The taps of N items: per ladder K+1 tensors [N, D], shallow to deep. */
export type ItemTaps = Record<Ladder, Tensor2D[]>;

/** Called per ladder and layer with the mean activations of one forward pass, see `Tally` of the ladder. */
export type ModelGateCounts = (ladder: Ladder, layer: number, activation: Tensor1D) => void;

/** Choices of one forward pass. */
export interface ForwardOptions {
  /** Names that gradients are wanted for; all when absent. */
  trainable?: ReadonlySet<string>;
  tally?: ModelGateCounts;
}

/**
 * Both ladders' outputs.
 * @returns per ladder [N, D]
 */
export function ladderOutputs(
  parameters: Parameters,
  taps: ItemTaps,
  options: ForwardOptions = {},
): Record<Ladder, Tensor2D> {
  const { trainable, tally } = options;
  const run = (name: Ladder): Tensor2D =>
    ladder(
      taps[name],
      layersOf(parameters, name, trainable),
      tally && ((layer, activation) => tally(name, layer, activation)),
    );
  return { text: run('text'), image: run('image') };
}

/** Item embeddings [N, E]. */
export function itemEmbeddings(parameters: Parameters, taps: ItemTaps, options?: ForwardOptions): Tensor2D {
  return tidy(() => {
    const { image, text } = ladderOutputs(parameters, taps, options);
    return fuse(image, text, fusionOf(parameters));
  });
}

/** Constants of a training batch. */
export interface BatchInputs {
  /** Taps of the batch's B * (L + 1) items, row by row. */
  taps: ItemTaps;
  attention: AttentionMask;
  loss: LossTerms;
}

/** Loss of one batch: embeddings, user vectors at every position, in-batch cross-entropy. */
export function batchLoss(
  parameters: Parameters,
  config: ModelConfig,
  inputs: BatchInputs,
  options?: ForwardOptions,
): Scalar {
  return tidy(() => {
    const { size, length } = inputs.attention;
    const items = itemEmbeddings(parameters, inputs.taps, options);
    const width = items.shape[1];
    const history = slice(reshape(items, [size, length + 1, width]), [0, 0, 0], [size, length, width]);
    const users = userEncoder(parameters, config, reshape(history, [size * length, width]), inputs.attention);
    return inBatchLoss(users, items, inputs.loss);
  });
}
