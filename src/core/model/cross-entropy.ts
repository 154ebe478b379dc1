import { div, log, maximum, mul, neg, type Scalar, softmax, sub, sum, type Tensor2D } from '@tensorflow/tfjs-core';
import { differentiable } from './differentiable';

/**
 * Weighted cross-entropy of every row against its label, as one operation: these matrices are the largest of a step.
 * @param logits [N, M]
 * @param label [N, M] constant; the row's weight in the column of its label, else 0
 * @param weights [N, 1] constant; 0 for rows that do not count
 */
export function crossEntropy(logits: Tensor2D, label: Tensor2D, weights: Tensor2D): Scalar {
  return differentiable<Scalar>(
    [logits],
    (save) => {
      const shares = softmax(logits);
      save([shares]);
      // The label's column holds the weight instead of 1; rows that do not count divide 0 by the floor.
      const chosen = div(sum(mul(shares, label), 1, true), maximum(weights, 1e-12));
      return neg(sum(mul(log(maximum(chosen, 1e-30)), weights))) as Scalar;
    },
    (dy, [shares]) => [mul(sub(mul(shares, weights), label), dy)],
  );
}
