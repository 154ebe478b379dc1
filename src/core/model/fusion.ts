import { concat, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { type Affine, affine } from './differentiable';

/**
 * Item embedding of the two ladders' outputs: weight * (image ++ text) + bias.
 * @param image [N, D]
 * @param text [N, D]
 * @param weights weight [E, 2D], bias [E]
 * @returns [N, E]
 */
export const fuse = (image: Tensor2D, text: Tensor2D, weights: Affine<Tensor>): Tensor2D =>
  affine(concat([image, text], 1), weights);
