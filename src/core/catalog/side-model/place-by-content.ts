import type { ContentVectors } from '../features/content-vectors';
import type { SideModel } from './side-model';

/** Items that a new one is placed between, and how fast their part falls with the cosine. */
const NEIGHBORS = 10;
const SHARPNESS = 10;

/**
 * Places items that a side model does not know by their content: each gets the mean vector of the ten items nearest by
 * content, weighted by nearness, and the bias of the average item.
 * @param model its rows are the known items in order; `unknown` rows may be at the end or in between
 * @param content vectors of all items
 * @param unknown rows to place. Default: the rows after the model's
 */
export function placeByContent(model: SideModel, content: ContentVectors, unknown?: readonly number[]): SideModel {
  const { width } = model;
  const { count } = content;
  const known = model.biases.length;
  const rows = unknown ?? Array.from({ length: Math.max(0, count - known) }, (_, n) => known + n);
  if (rows.length === 0 && known === count) return model;
  const vectors = new Float32Array(count * width);
  vectors.set(model.vectors.subarray(0, Math.min(known, count) * width));
  const biases = new Float32Array(count);
  biases.set(model.biases.subarray(0, Math.min(known, count)));
  const isUnknown = new Set(rows);
  const others = Array.from({ length: Math.min(known, count) }, (_, row) => row).filter((row) => !isUnknown.has(row));
  const average = others.reduce((sum, row) => sum + biases[row], 0) / Math.max(1, others.length);
  for (const row of rows) {
    biases[row] = average;
    const vector = vectors.subarray(row * width, (row + 1) * width);
    vector.fill(0);
    const near = nearest(content, row, others);
    const total = near.reduce((sum, { share }) => sum + share, 0);
    for (const { row: other, share } of near) {
      for (let d = 0; d < width; d++) vector[d] += (share / total) * vectors[other * width + d];
    }
  }
  return { ...model, vectors, biases };
}

/** The nearest of some items by the cosine of the content; empty for an item without features. */
function nearest(
  { width, values }: ContentVectors,
  row: number,
  others: readonly number[],
): { row: number; share: number }[] {
  const own = values.subarray(row * width, (row + 1) * width);
  if (own.every((value) => value === 0)) return [];
  const cosines = others.map((other) => {
    let product = 0;
    for (let d = 0; d < width; d++) product += own[d] * values[other * width + d];
    return { row: other, product };
  });
  cosines.sort((a, b) => b.product - a.product);
  return cosines
    .slice(0, NEIGHBORS)
    .map(({ row: other, product }) => ({ row: other, share: Math.exp(SHARPNESS * product) }));
}
