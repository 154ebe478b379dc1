import {
  add,
  concat,
  dispose,
  mul,
  type Scalar,
  split,
  sub,
  sum,
  type Tensor2D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { dequantize, type FeatureTable } from '../catalog';
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
} from '../model';
import type { ExpertsBatch } from './experts-batch';

/** Logits are cosines divided by this. */
const TEMPERATURE = 0.1;
/** The backbone's gate in a fresh layer: router rows are zero, so it shares evenly with the one expert. */
const FRESH_BACKBONE_GATE = 0.5;

/** Taps of the items at these rows, on the compute backend. The caller frees them with `disposeTaps`. */
export function tapsOf(table: FeatureTable, rows: ArrayLike<number>): ItemTaps {
  const take = (ladder: Ladder): Tensor2D[] => {
    const taps = table.taps[ladder];
    const all = tensor2d(dequantize(table, ladder, rows), [rows.length, taps * table.dim]);
    const parts: Tensor2D[] = split(all, taps, 1);
    all.dispose();
    return parts;
  };
  return { text: take('text'), image: take('image') };
}

export const disposeTaps = ({ text, image }: ItemTaps): void => dispose([...text, ...image]);

/**
 * Item embeddings of the experts: image ladder ++ text ladder, unit length.
 * @returns [N, 2D]; an item without any feature is a row of zeros
 */
export function unitEmbeddings(parameters: Parameters, taps: ItemTaps, options?: ForwardOptions): Tensor2D {
  return tidy(() => {
    const { image, text } = ladderOutputs(parameters, taps, options);
    return unitRows(concat([image, text], 1));
  });
}

/** What fresh experts say, computed without a compute backend: each layer blends the next tap into what it got. */
export function freshEmbeddings(table: FeatureTable, rows: ArrayLike<number>): Float32Array {
  const { dim } = table;
  const result = new Float32Array(rows.length * dim * 2);
  for (const [half, ladder] of (['image', 'text'] as const).entries()) {
    const taps = table.taps[ladder];
    const values = dequantize(table, ladder, rows);
    for (let n = 0; n < rows.length; n++) {
      for (let d = 0; d < dim; d++) {
        const start = n * taps * dim + d;
        let x = values[start];
        for (let tap = 1; tap < taps; tap++) {
          x = FRESH_BACKBONE_GATE * values[start + tap * dim] + (1 - FRESH_BACKBONE_GATE) * x;
        }
        result[(n * 2 + half) * dim + d] = x;
      }
    }
  }
  for (let start = 0; start < result.length; start += dim * 2) {
    const row = result.subarray(start, start + dim * 2);
    let squares = 0;
    for (const x of row) squares += x * x;
    if (squares > 0) for (const [d, x] of row.entries()) row[d] = x / Math.sqrt(squares);
  }
  return result;
}

/** A batch on the compute backend, without its rows. */
export type BatchTensors = Record<'taste' | 'keep' | 'offset' | 'label' | 'share', Tensor2D>;

/** Puts a batch on the compute backend. The caller frees it with `dispose`. */
export function batchTensors({ rows, targets, taste, keep, offset, label, share }: ExpertsBatch): BatchTensors {
  const shape: [number, number] = [targets, rows.length];
  const scaledKeep = keep.map((kept) => kept / TEMPERATURE);
  return {
    taste: tensor2d(taste, shape),
    keep: tensor2d(scaledKeep, shape),
    offset: tensor2d(offset, shape),
    label: tensor2d(label, shape),
    share: tensor2d(share, [targets, 1]),
  };
}

/**
 * Next-item loss: cross-entropy of every target against itself and the negatives, logits = cosine of taste and item /
 * temperature + offset; mean over targets weighted by their strength.
 * @param items [U, 2D] unit rows
 */
export function nextItemLoss(items: Tensor2D, batch: BatchTensors): Scalar {
  return tidy(() => {
    const tastes = unitRows(product(batch.taste, items, 'right'));
    const logits = add(mul(linear(tastes, items), batch.keep), batch.offset) as Tensor2D;
    return sub(sum(mul(logSumExp(logits), batch.share)), sum(mul(logits, batch.label))) as Scalar;
  });
}
