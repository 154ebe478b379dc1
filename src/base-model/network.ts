import { add, concat, dispose, mul, split, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { dequantize, type FeatureTable } from '../catalog';
import {
  type AttentionMask,
  attentionMask,
  disposeMask,
  type ForwardOptions,
  type ItemTaps,
  itemEmbeddings,
  type Ladder,
  type Parameters,
  product,
  unitRows,
  userEncoder,
  userEncoderOf,
} from '../model';
import type { BaseConfig } from './config';

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

/** What each position of some sequences may attend to, on the compute backend. */
export interface HistoryView {
  attention: AttentionMask;
  /** Per attention group [rows, rows]: row j averages the items at 0..j of its own sequence. */
  means: Tensor2D[];
}

/** @param mask [B * L], 0 where padded. The caller frees the result with `disposeView`. */
export function historyView(mask: Float32Array, length: number): HistoryView {
  const attention = attentionMask(mask, length);
  let first = 0;
  const means = attention.groups.map(({ shape: [rows] }) => {
    const values = new Float32Array(rows * rows);
    for (let row = 0; row < rows; row++) {
      const start = row - (row % length);
      let seen = 0;
      for (let column = start; column <= row; column++) seen += mask[first + column];
      for (let column = start; column <= row; column++) {
        if (mask[first + column] !== 0) values[row * rows + column] = 1 / seen;
      }
    }
    first += rows;
    return tensor2d(values, [rows, rows]);
  });
  return { attention, means };
}

export function disposeView({ attention, means }: HistoryView): void {
  disposeMask(attention);
  for (const mean of means) mean.dispose();
}

/**
 * Item embeddings of a base model: of unit length, except by the recipe `paper`.
 * @returns [N, E]
 */
export function itemRows(
  parameters: Parameters,
  { recipe }: BaseConfig,
  taps: ItemTaps,
  options?: ForwardOptions,
): Tensor2D {
  return tidy(() => {
    const embeddings = itemEmbeddings(parameters, taps, options);
    return recipe === 'paper' ? embeddings : unitRows(embeddings);
  });
}

/**
 * User vectors at every position: transformer output plus mean of the history, of unit length; by the recipe `paper` the
 * transformer's output alone.
 * @param sequence [B * L, E] rows of `itemRows`
 * @returns [B * L, E]
 */
export function userRows(
  parameters: Parameters,
  config: BaseConfig,
  sequence: Tensor2D,
  { attention, means }: HistoryView,
): Tensor2D {
  return tidy(() => {
    const encoder = userEncoderOf(parameters);
    if (config.recipe === 'paper') return userEncoder(encoder, config, sequence, attention);
    // Elements of about 1, like those of the normalised output that is added.
    const scaled = mul(sequence, Math.sqrt(config.embeddingDim)) as Tensor2D;
    const encoded = userEncoder(encoder, config, scaled, attention);
    const sizes = means.map(({ shape }) => shape[0]);
    const parts: Tensor2D[] = sizes.length === 1 ? [scaled] : split(scaled, sizes, 0);
    const averaged = means.map((mean, group) => product(mean, parts[group], 'right'));
    return unitRows(add(encoded, averaged.length === 1 ? averaged[0] : concat(averaged, 0)));
  });
}
