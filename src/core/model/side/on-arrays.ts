import { getBackend, type Scalar, scalar, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { softmax } from '../../kernel';
import { differentiable } from '../differentiable';

/*
 * The operations of a training that cost most as tensor operations, computed on arrays instead: a step takes about half of the time.
 * Only where tensors lie in the memory of this process, so that they can be read at once.
 */

/** Whether the operations of this file can be used. */
export const isOnArrays = (): boolean => getBackend() === 'wasm';

/** As `pickRows`, without factors. */
export function pickRowsOnArrays(x: Tensor2D, rows: Int32Array): Tensor2D {
  const width = x.shape[1];
  return differentiable<Tensor2D>(
    [x],
    () => {
      const values = x.dataSync<'float32'>();
      const picked = new Float32Array(rows.length * width);
      for (let n = 0; n < rows.length; n++)
        picked.set(values.subarray(rows[n] * width, (rows[n] + 1) * width), n * width);
      return tensor2d(picked, [rows.length, width]);
    },
    (dy) => [tensor2d(addedRows(dy.dataSync<'float32'>(), rows, width, x.shape[0]), x.shape)],
  );
}

function addedRows(values: Float32Array, rows: Int32Array, width: number, count: number): Float32Array {
  const out = new Float32Array(count * width);
  for (let n = 0; n < rows.length; n++)
    for (let d = 0; d < width; d++) out[rows[n] * width + d] += values[n * width + d];
  return out;
}

/** As `fadingSums`. */
export function fadingSumsOnArrays(logit: Tensor2D, x: Tensor2D, sequences: number): Tensor2D {
  const decay = 1 / (1 + Math.exp(-logit.dataSync()[0]));
  const place = sequences * x.shape[1];
  const sums = new Float32Array(x.size);
  return differentiable<Tensor2D>(
    [logit, x],
    () => {
      sum(x.dataSync<'float32'>(), decay, place, sums);
      return tensor2d(sums, x.shape);
    },
    (dy) => {
      const own = new Float32Array(x.size);
      const ofDecay = backward(dy.dataSync<'float32'>(), decay, place, sums, own);
      return [tensor2d([ofDecay * decay * (1 - decay)], [1, 1]), tensor2d(own, x.shape)];
    },
  );
}

function sum(values: Float32Array, decay: number, place: number, sums: Float32Array): void {
  for (let at = place; at < sums.length; at++) sums[at] = decay * sums[at - place] + values[at - place];
}

/** @param own takes the derivatives by the values @returns the derivative by the decay */
function backward(dy: Float32Array, decay: number, place: number, sums: Float32Array, own: Float32Array): number {
  let ofDecay = 0;
  for (let at = sums.length - place - 1; at >= 0; at--) {
    const value = dy[at + place] + decay * own[at + place];
    own[at] = value;
    ofDecay += value * sums[at];
  }
  return ofDecay;
}

/** Score of an item that is not a candidate. */
export const EXCLUDED = -1e9;

/** Constants of a loss. */
export interface ChoicePlaces {
  /** [P] Weight of each choice; 0 for padding. */
  weights: Float32Array;
  /** Added to the scores of the sampled items: each stands for known / sampled items (Bengio and Senecal 2008, uniform proposal). */
  correction: number;
  /** Places in [P, N] of the items that are not candidates. */
  excluded: Int32Array;
}

/** As `choiceLoss`. */
export function choiceLossOnArrays(chosen: Tensor2D, others: Tensor2D, places: ChoicePlaces): Scalar {
  const { weights, correction, excluded } = places;
  const [size, count] = others.shape;
  const total = weights.reduce((all, weight) => all + weight, 0);
  /** Derivatives of the loss by the score of each choice. */
  const own = new Float32Array(size);
  let shares: Float32Array = new Float32Array();
  return differentiable<Scalar>(
    [chosen, others],
    () => {
      const scores = chosen.dataSync();
      shares = others.dataSync<'float32'>();
      for (const at of excluded) shares[at] = EXCLUDED;
      let loss = 0;
      for (let p = 0; p < size; p++) {
        const row = shares.subarray(p * count, (p + 1) * count);
        const rest = softmax(row, null, row) + correction;
        const all = Math.max(rest, scores[p]) + Math.log1p(Math.exp(-Math.abs(rest - scores[p])));
        const factor = weights[p] / total;
        own[p] = factor * Math.expm1(scores[p] - all);
        loss += factor * (all - scores[p]);
      }
      return scalar(loss);
    },
    (dy) => {
      const [scale] = dy.dataSync();
      for (let p = 0; p < size; p++) own[p] *= scale;
      // The derivatives by all scores of a place sum to 0.
      scaleRows(shares, count, own);
      return [tensor2d(own, [size, 1]), tensor2d(shares, [size, count])];
    },
  );
}

function scaleRows(values: Float32Array, count: number, factors: Float32Array): void {
  for (let p = 0; p < factors.length; p++) {
    const factor = -factors[p];
    for (let at = p * count; at < (p + 1) * count; at++) values[at] *= factor;
  }
}
