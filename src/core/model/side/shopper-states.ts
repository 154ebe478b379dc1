import {
  add,
  exp,
  log,
  mul,
  reshape,
  sigmoid,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { differentiable, product } from '../differentiable';
import type { Parameters } from '../weights';
import { SIDE_NAMES } from './weights';

/**
 * The remaining weight of each earlier choice at each place of a sequence: lambda^age, [T, T], with lambda the logistic
 * function of `logit`. Only `logit` gets a gradient.
 * @param logit [1, 1]
 * @param ages [T, T] number of choices in between; 0 if `earlier` is 0
 * @param earlier [T, T] 1 if the column's choice came before the row's
 */
function decayMatrix(logit: Tensor2D, ages: Tensor2D, earlier: Tensor2D): Tensor2D {
  return differentiable<Tensor2D>(
    [logit],
    (save) => {
      const decay = sigmoid(logit);
      const left = mul(exp(mul(ages, log(decay))), earlier) as Tensor2D;
      save([left, decay, ages]);
      return left;
    },
    // d lambda^age / d logit = age lambda^age (1 - lambda).
    (dy, [left, decay, saved]) => [mul(reshape(sum(mul(dy, mul(left, saved))), [1, 1]), sub(1, decay)) as Tensor],
  );
}

/** Places of sequences side by side: place p of sequence b is row p * sequences + b of every tensor. */
export interface SequencePlaces {
  /** T, and the number of sequences, B. */
  length: number;
  sequences: number;
  /** [T, T] See `decayMatrix`. */
  ages: Tensor2D;
  earlier: Tensor2D;
}

/**
 * The states of shoppers before each of their choices, read out: q = sum over h of gain_h * s_h with
 * s_h <- lambda_h s_h + k(choice).
 * @param choices [T * B, width] vectors of the choices, relative to the average item's; zeros for no choice
 * @returns [T * B, width]
 */
export function shopperQueries(parameters: Parameters, choices: Tensor2D, places: SequencePlaces): Tensor2D {
  const { length, sequences, ages, earlier } = places;
  const width = choices.shape[1];
  const logits = parameters[SIDE_NAMES.decay] as Tensor2D;
  const gains = parameters[SIDE_NAMES.gain] as Tensor2D;
  const wide = reshape(choices, [length, sequences * width]) as Tensor2D;
  let queries: Tensor2D | null = null;
  for (let h = 0; h < logits.shape[0]; h++) {
    const left = decayMatrix(slice(logits, [h, 0], [1, 1]), ages, earlier);
    const states = reshape(product(left, wide), [length * sequences, width]) as Tensor2D;
    const read = mul(states, slice(gains, [h, 0], [1, width])) as Tensor2D;
    queries = queries ? add(queries, read) : read;
  }
  return queries as Tensor2D;
}
