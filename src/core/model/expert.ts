import { add, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { gelu, linear } from './differentiable';
import type { Layer } from './layer';

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
