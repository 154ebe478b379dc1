import { ADAPTER_SIZE, ADAPTER_WEIGHTS, type SideInput } from '../../common/side-inputs';

export { ADAPTER_SIZE, ADAPTER_WEIGHTS, SIDE_INPUTS, type SideInput } from '../../common/side-inputs';

/**
 * The adapters of some parts. Before a choice, each adds phi . W psi to the score of every item, where phi is the part's features of the
 * item, and psi the context of `adapterContext`. Every choice c takes one gradient step on its log-likelihood:
 * W <- start + fade (W - start) + rate (phi_c - E phi) psi^T.
 */
export interface SideAdapters {
  /** In the order of `SIDE_INPUTS`. The features of each are four columns of the vectors, in this order, at the end of each row. */
  inputs: readonly SideInput[];
  /** [4 * width] Projection of the states' read-out to the context. */
  context: Float32Array;
  /** Of each adapter: step on one choice; 0 if it does not learn. */
  rates: Float32Array;
  /** Of each adapter: share of its learned change that remains after one more choice, 0 to 1 (both excluded). */
  fades: Float32Array;
  /** [adapters * 16] W before the first choice: the four features for the first value of the context, then for the second. */
  start: Float32Array;
}

/** First column of the features of an adapter. @param width of all columns */
export const adapterColumn = ({ inputs }: SideAdapters, width: number, adapter: number): number =>
  width - ADAPTER_SIZE * (inputs.length - adapter);

/** The shopper's aim in four values of -1 to 1: tanh of a projection of the states' read-out. @param query [width] */
export const adapterContext = ({ context }: SideAdapters, query: Float32Array): Float32Array =>
  Float32Array.from({ length: ADAPTER_SIZE }, (_, j) =>
    Math.tanh(query.reduce((sum, value, d) => sum + context[j * query.length + d] * value, 0)),
  );

/** Sets the columns of the adapters in the read-out of the states to W psi. @param weights as `start` @returns psi */
export function readAdapters(adapters: SideAdapters, weights: Float32Array, query: Float32Array): Float32Array {
  const first = adapterColumn(adapters, query.length, 0);
  query.fill(0, first);
  const psi = adapterContext(adapters, query);
  for (const [at, weight] of weights.entries()) query[first + featureOf(at)] += weight * psi[contextOf(at)];
  return psi;
}

/** Place among all features, and in the context, of the factors of a number of W. */
export const featureOf = (at: number): number => ADAPTER_SIZE * Math.floor(at / ADAPTER_WEIGHTS) + (at % ADAPTER_SIZE);
export const contextOf = (at: number): number => Math.floor(at / ADAPTER_SIZE) % ADAPTER_SIZE;
