import { add, softmax, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { linear } from './differentiable';

/** Weights of one layer's gate over the backbone (row 0) and n experts. */
export interface RouterWeights {
  /** [n + 1, D] */
  weight: Tensor2D;
  /** [n + 1]; absent is the same as zeros. */
  bias?: Tensor1D;
}

/**
 * Gate of every sample: softmax(x * weight + bias).
 * @param x [N, D]
 * @param constant x carries no gradient
 * @returns [N, n + 1], rows sum to 1, backbone first
 */
export function gates(x: Tensor2D, { weight, bias }: RouterWeights, constant = false): Tensor2D {
  const logits = linear(x, weight, constant ? 'right' : 'both');
  return softmax(bias ? add(logits, bias) : logits);
}
