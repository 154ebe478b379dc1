import { add, concat, mul, slice, softmax, type Tensor2D } from '@tensorflow/tfjs-core';
import { affine, gelu, linear } from '../differentiable';
import type { Parameters } from '../weights';
import { SIDE_INPUTS, type SideInput } from './config';
import { pickRows } from './pick-rows';
import { SIDE_NAMES, sideExpertCount, sideExpertNames, sideInputNames } from './weights';

export interface SideItems {
  /** Columns of each part, [U, columns]; absent for a part that the catalogue lacks. */
  inputs: Partial<Record<SideInput, Tensor2D>>;
  /** Row of each in the catalogue, [U]. */
  rows: Int32Array;
  /** [U, 1] 1 to use the item's own embedding and bias, 0 to place it only by its content. */
  kept: Tensor2D;
  /** [U, 1] Log popularity; 0 if unknown. */
  logPopularity: Tensor2D;
  /** Factors of the hidden units of each part's experts, [U, hidden]: 0 drops a unit. Default: no dropout. */
  dropout?: Partial<Record<SideInput, Tensor2D>>;
}

/** The bias of each item is the last column of the result of `itemVectors`. */
const column = (x: Tensor2D, at: number): Tensor2D => slice(x, [0, at], [x.shape[0], 1]);

/**
 * Item vector and bias of each item: k(i) = sum over parts and experts of w (A GELU(B x)) + C x, plus the item's embedding
 * if it is kept; b(i) = sum of w (a . GELU(B x)), plus popularity and own bias if they are kept. w is the softmax gate over
 * the experts of a part (XSMoE, arXiv 2508.05993, section 3.3).
 * @returns [U, width + 1]: the vector, then the bias
 */
export function itemVectors(
  parameters: Parameters,
  { inputs, rows, kept, logPopularity, dropout }: SideItems,
): Tensor2D {
  const embedding = parameters[SIDE_NAMES.embedding] as Tensor2D;
  let vectors = pickRows(embedding, rows, kept);
  let biases = add(
    pickRows(parameters[SIDE_NAMES.bias] as Tensor2D, rows, kept),
    linear(mul(kept, logPopularity), parameters[SIDE_NAMES.popularity], 'right'),
  ) as Tensor2D;
  for (const input of SIDE_INPUTS) {
    const x = inputs[input];
    if (!x) continue;
    const experts = sideExpertCount(parameters, input);
    const names = sideInputNames(input);
    const gates =
      experts > 1
        ? softmax(affine(x, { weight: parameters[names.router], bias: parameters[names.routerBias] }, 'right'))
        : null;
    vectors = add(vectors, linear(x, parameters[names.skip], 'right'));
    for (let n = 0; n < experts; n++) {
      const { down, downBias, up, out } = sideExpertNames(input, n);
      const whole = gelu(affine(x, { weight: parameters[down], bias: parameters[downBias] }, 'right'));
      const masked = dropout?.[input] ? (mul(whole, dropout[input]) as Tensor2D) : whole;
      const hidden = gates ? (mul(masked, column(gates as Tensor2D, n)) as Tensor2D) : masked;
      vectors = add(vectors, linear(hidden, parameters[up]));
      biases = add(biases, linear(hidden, parameters[out]));
    }
  }
  return concat([vectors, biases], 1) as Tensor2D;
}
