import { add, type Tensor2D } from '@tensorflow/tfjs-core';
import { gelu, linear } from './differentiable';

/** Weights of one expert. */
export interface ExpertWeights {
  /** [H, D] */
  down: Tensor2D;
  /** [D, H] */
  up: Tensor2D;
  /** Default false. No gradient is computed for a frozen expert's weights. */
  frozen?: boolean;
}

/**
 * x + up(GELU(down(x))), without biases.
 * @param x [N, D]
 * @param constant x carries no gradient
 * @returns [N, D]
 */
export function expert(x: Tensor2D, weights: ExpertWeights, constant = false): Tensor2D {
  const { down, up, frozen = false } = weights;
  const inner = linear(x, down, frozen ? 'left' : constant ? 'right' : 'both');
  return add(x, linear(gelu(inner), up, frozen ? 'left' : 'both'));
}
