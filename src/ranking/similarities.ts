import { type ContentVectors, stretchRow } from '../catalog';

/** Dot products of `query` [width] with every row. @returns [count] */
export function similarities(
  vectors: Pick<ContentVectors, 'count' | 'width' | 'values'>,
  query: Float32Array,
): Float32Array {
  const { count, width, values } = vectors;
  const out = new Float32Array(count);
  for (let i = 0, at = 0; i < count; i++) {
    let sum = 0;
    for (let d = 0; d < width; d++, at++) sum += values[at] * query[d];
    out[i] = sum;
  }
  return out;
}

/** The row of item `index`, not copied. */
export function vectorOf(vectors: ContentVectors, index: number): Float32Array {
  return vectors.values.subarray(index * vectors.width, (index + 1) * vectors.width);
}

/** Weighted sum of rows, scaled to length 1 (zero when there is nothing to sum). @returns [width] */
export function weightedMean(
  vectors: Pick<ContentVectors, 'width' | 'values'>,
  rows: ArrayLike<number>,
  weights: ArrayLike<number>,
): Float32Array {
  const { width, values } = vectors;
  const out = new Float32Array(width);
  for (let n = 0; n < rows.length; n++) {
    const from = rows[n] * width;
    for (let d = 0; d < width; d++) out[d] += weights[n] * values[from + d];
  }
  stretchRow(out, 0, width);
  return out;
}
