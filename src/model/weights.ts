import { tensor } from '@tensorflow/tfjs-core';
import { SidestreamError } from '../error';
import { disposeParameters, type Parameters } from './parameters';

/** One weight as plain data. */
export interface Weight {
  shape: number[];
  /** Row-major. */
  values: Float32Array;
}

/**
 * All weights of a model by name, as plain data: what is stored, expanded and pruned. `Parameters` is the same on the
 * compute backend.
 */
export type Weights = Readonly<Record<string, Weight>>;

/** Puts weights on the compute backend. The caller frees them with `disposeParameters`. */
export function parametersFrom(weights: Weights): Parameters {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, values }]) => [name, tensor(values, shape, 'float32')]),
  );
}

/** Reads parameters back from the compute backend. */
export async function weightsFrom(parameters: Parameters): Promise<Weights> {
  const entries = Object.entries(parameters).map(
    async ([name, stored]): Promise<[string, Weight]> => [
      name,
      { shape: [...stored.shape], values: Float32Array.from(await stored.data()) },
    ],
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Runs f on the compute backend with the weights, and frees them. */
export async function withParameters<T>(weights: Weights, f: (parameters: Parameters) => Promise<T>): Promise<T> {
  const parameters = parametersFrom(weights);
  try {
    return await f(parameters);
  } finally {
    disposeParameters(parameters);
  }
}

/**
 * The weight of that name.
 * @throws SidestreamError `model/bad-weights` when it is missing
 */
export function weight(weights: Weights, name: string): Weight {
  if (!Object.hasOwn(weights, name)) {
    throw new SidestreamError(
      'model/bad-weights',
      `The weight "${name}" is missing; load the complete weights of one model.`,
    );
  }
  return weights[name];
}
