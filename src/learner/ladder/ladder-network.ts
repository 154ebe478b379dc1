import {
  add,
  concat,
  mul,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { disposeTaps, tapsOf } from '../../base-model';
import type { FeatureTable } from '../../catalog';
import {
  type ForwardOptions,
  type ItemTaps,
  type Ladder,
  ladderOutputs,
  linear,
  logSumExp,
  type Parameters,
  product,
  unitRows,
} from '../../model';
import { type LadderBatch, TEMPERATURE } from './ladder-batch';
import { yieldToEventLoop } from './ladder-trainer';

/** Items embedded in one forward pass: bounds its memory, and how long it blocks the thread. */
const CHUNK = 256;

/**
 * Item embeddings of the experts: image ladder ++ text ladder, each brought to length sqrt(weight), the whole to length 1.
 * @param weights share of each modality in the cosine of two items that have both
 * @returns [N, 2D]; an item without any feature is a row of zeros
 */
export function unitEmbeddings(
  parameters: Parameters,
  taps: ItemTaps,
  weights: Record<Ladder, number>,
  options?: ForwardOptions,
): Tensor2D {
  return tidy(() => {
    const { image, text } = ladderOutputs(parameters, taps, options);
    const half = (output: Tensor2D, weight: number): Tensor2D => mul(unitRows(output), Math.sqrt(weight));
    return unitRows(concat([half(image, weights.image), half(text, weights.text)], 1));
  });
}

/**
 * Embeddings of the items at these rows, in parts, so that other tasks of the thread run in between.
 * @returns [rows.length, 2D], see `unitEmbeddings`
 */
export async function embedRows(
  parameters: Parameters,
  table: FeatureTable,
  rows: ArrayLike<number>,
  weights: Record<Ladder, number>,
): Promise<Float32Array> {
  const list = Int32Array.from(rows);
  const result = new Float32Array(list.length * table.dim * 2);
  for (let start = 0; start < list.length; start += CHUNK) {
    if (start > 0) await yieldToEventLoop();
    const taps = tapsOf(table, list.subarray(start, start + CHUNK));
    const embedded = unitEmbeddings(parameters, taps, weights);
    disposeTaps(taps);
    result.set(await take(embedded), start * table.dim * 2);
  }
  return result;
}

/** A batch on the compute backend, without its rows. */
export type BatchTensors = Record<'preference' | 'keep' | 'offset' | 'label' | 'share', Tensor2D>;

/** Puts a batch on the compute backend. The caller frees it with `dispose`. */
export function batchTensors({ rows, targets, preference, keep, offset, label, share }: LadderBatch): BatchTensors {
  const shape: [number, number] = [targets, rows.length];
  const scaledKeep = keep.map((kept) => kept / TEMPERATURE);
  return {
    preference: tensor2d(preference, shape),
    keep: tensor2d(scaledKeep, shape),
    offset: tensor2d(offset, shape),
    label: tensor2d(label, shape),
    share: tensor2d(share, [targets, 1]),
  };
}

/**
 * Next-item loss: cross-entropy of every target against itself and the negatives, logits = cosine of preference and item /
 * temperature + offset; mean over targets weighted by their strength.
 * @param items [U, 2D] unit rows
 */
export function nextItemLoss(items: Tensor2D, batch: BatchTensors): Scalar {
  return tidy(() => {
    const preferences = unitRows(product(batch.preference, items, 'right')); // [T, 2D]
    const logits = add(mul(linear(preferences, items), batch.keep), batch.offset) as Tensor2D;
    return sub(sum(mul(logSumExp(logits), batch.share)), sum(mul(logits, batch.label))) as Scalar;
  });
}

/** Reads a tensor and frees it. */
export async function take(tensor: Tensor): Promise<Float32Array> {
  try {
    return Float32Array.from(await tensor.data());
  } finally {
    tensor.dispose();
  }
}
