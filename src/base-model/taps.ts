import { dispose, split, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { dequantize, type FeatureTable } from '../catalog';
import type { ItemTaps, Ladder } from '../model';

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
