import { add, div, exp, log, max, maximum, mul, type Scalar, sub, sum, type Tensor2D } from '@tensorflow/tfjs-core';
import { differentiable } from '../differentiable';

/**
 * Weighted mean cross-entropy of choices, each against the same sampled items.
 * @param chosen [P, 1] score of the chosen item
 * @param others [P, N] scores of the sampled items, corrected for the sampling; far below 0 for an item that is not a
 *   candidate
 * @param weights [P, 1] constant; 0 for padding
 */
export function choiceLoss(chosen: Tensor2D, others: Tensor2D, weights: Tensor2D): Scalar {
  return differentiable<Scalar>(
    [chosen, others],
    (save) => {
      const top = maximum(max(others, 1, true), chosen);
      const own = exp(sub(chosen, top));
      const rest = exp(sub(others, top));
      const total = add(sum(rest, 1, true), own);
      const factor = div(weights, sum(weights));
      save([div(own, total), mul(rest, div(factor, total)), factor]);
      return sum(mul(add(log(total), sub(top, chosen)), factor)) as Scalar;
    },
    (dy, [share, weighed, factor]) => [mul(mul(sub(share, 1), factor), dy), mul(weighed, dy)],
  );
}
