import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { FeatureBlock } from '../../ranking';

/** Weight of the penalty for each known item, on columns of standard deviation 1. */
const PENALTY = 0.2;

/**
 * Fills in rows by ridge regression of the known ones on features of the items (Hoerl and Kennard 1970):
 * W = (K^T K + lambda I)^-1 K^T F, where K are the features of the known items and a constant 1, which is not penalised,
 * F are their rows, and lambda = 0.2 known items. The feature columns are scaled together to a standard deviation of 1 over
 * the known items, which keeps the weights of the blocks. Predictions are not scaled to unit length: the shorter, the less
 * the features say.
 * @param features of all items
 * @param known whether the row of an item is known; other rows are overwritten
 * @param values [count * width]; rows of unknown items are changed
 */
export function predictUnknown(
  features: readonly FeatureBlock[],
  known: readonly boolean[],
  values: Float32Array,
  width: number,
): void {
  const rowsOf = (wanted: boolean): number[] => [...known.keys()].filter((row) => known[row] === wanted);
  const [taught, missing] = [rowsOf(true), rowsOf(false)];
  if (taught.length === 0 || missing.length === 0) return;
  const columns = features.reduce((sum, block) => sum + block.width, 0);
  const scale = 1 / (deviation(features, taught) || 1);
  const read = (row: number, out: Float64Array): void => {
    let at = 0;
    for (const { width: wide, values: own, center, scale: scales } of features) {
      for (let d = 0; d < wide; d++) out[at++] = (own[row * wide + d] - center[d]) * scales[d] * scale;
    }
    out[at] = 1;
  };
  // The sums are taken in full precision, item by item, so that the features of all items are never in memory.
  const size = columns + 1;
  const moment = new Float64Array(size * size);
  const targets = new Float64Array(size * width);
  const x = new Float64Array(size);
  for (const row of taught) {
    read(row, x);
    for (let i = 0; i < size; i++) {
      const factor = x[i];
      if (factor === 0) continue;
      for (let j = 0; j <= i; j++) moment[i * size + j] += factor * x[j];
      for (let k = 0; k < width; k++) targets[i * width + k] += factor * values[row * width + k];
    }
  }
  for (let i = 0; i < size; i++) {
    if (i < columns) moment[i * size + i] += PENALTY * taught.length;
    for (let j = 0; j < i; j++) moment[j * size + i] = moment[i * size + j];
  }
  const weights = new CholeskyDecomposition(Matrix.from1DArray(size, size, moment))
    .solve(Matrix.from1DArray(size, width, targets))
    .to1DArray();
  const predicted = new Float64Array(width);
  for (const row of missing) {
    read(row, x);
    predicted.fill(0);
    for (let i = 0; i < size; i++) {
      for (let k = 0; k < width; k++) predicted[k] += x[i] * weights[i * width + k];
    }
    values.set(predicted, row * width);
  }
}

/** Standard deviation of all standardised features of these items, all columns taken together. */
function deviation(features: readonly FeatureBlock[], rows: readonly number[]): number {
  let [sum, squares, count] = [0, 0, 0];
  for (const { width, values, center, scale } of features) {
    for (const row of rows) {
      for (let d = 0; d < width; d++) {
        const value = (values[row * width + d] - center[d]) * scale[d];
        sum += value;
        squares += value * value;
      }
    }
    count += rows.length * width;
  }
  const mean = sum / Math.max(1, count);
  return Math.sqrt(Math.max(0, squares / Math.max(1, count) - mean * mean));
}
