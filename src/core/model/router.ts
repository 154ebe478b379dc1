import { softmax, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { affine } from './differentiable';
import type { Layer } from './layer';

/**
 * Gate of every sample over the backbone and n experts: softmax(x * weight + bias).
 * @param x [N, D]
 * @param router weight [n + 1, D], bias [n + 1]
 * @param constant x carries no gradient
 * @returns [N, n + 1], rows sum to 1, backbone first
 */
export const gates = (x: Tensor2D, router: Layer<Tensor>['router'], constant = false): Tensor2D =>
  softmax(affine(x, router, constant ? 'right' : 'both'));
