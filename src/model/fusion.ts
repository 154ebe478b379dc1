import { add, concat, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { linear } from './differentiable';

/** Weights of the fusion: weight [E, 2D], bias [E]. */
export interface FusionWeights {
  weight: Tensor2D;
  bias: Tensor1D;
}

/**
 * Item embedding of the two ladders' outputs: weight * (image ++ text) + bias.
 * @param image [N, D]
 * @param text [N, D]
 * @returns [N, E]
 */
export function fuse(image: Tensor2D, text: Tensor2D, { weight, bias }: FusionWeights): Tensor2D {
  return add(linear(concat([image, text], 1), weight), bias);
}
