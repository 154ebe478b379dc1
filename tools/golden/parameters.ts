import { dispose } from '@tensorflow/tfjs-core';
import { type Parameters, parametersFrom, type Weights } from '../../packages/shop/training/model/weights';

/** Weight and bias of a linear layer, [out, in] and [out], or of a LayerNorm, [E] and [E]. */
export interface Affine<T> {
  weight: T;
  bias: T;
}

/** Runs f on the compute backend with the weights, and frees them. */
export async function withParameters<T>(weights: Weights, f: (parameters: Parameters) => Promise<T>): Promise<T> {
  const parameters = parametersFrom(weights);
  try {
    return await f(parameters);
  } finally {
    dispose(parameters);
  }
}
