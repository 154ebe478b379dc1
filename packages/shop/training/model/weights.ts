import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { SidestreamError } from '../../../../src/error';

/** The weights of a model, or something about each of them, by name. */
export type StateDict<T> = Readonly<Record<string, T>>;

/** One weight as plain data. */
export interface Weight {
  shape: number[];
  /** Row-major. */
  values: Float32Array;
}

/** All weights of a model as plain data, the form used to store, expand and prune it. Linear weights are [out, in]. */
export type Weights = StateDict<Weight>;

/** All weights of a model on the compute backend. The holder disposes of them. */
export type Parameters = StateDict<Tensor>;

/** Puts weights on the compute backend. The caller frees them with `dispose` of tfjs. */
export const parametersFrom = (weights: Weights): Parameters =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { shape, values }]) => [name, tensor(values, shape, 'float32')]),
  );

/** The entry of that name. @throws SidestreamError `model/bad-weights` when it is missing */
export function entryOf<T>(state: StateDict<T>, name: string): T {
  if (Object.hasOwn(state, name)) return state[name];
  throw new SidestreamError(
    'model/bad-weights',
    `The weight "${name}" is missing; load the complete weights of one model.`,
  );
}
