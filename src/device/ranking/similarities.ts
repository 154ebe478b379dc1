import { type ContentVectors, scaleRow } from '../../core/catalog';
import { queryProducts } from '../../core/kernel';

/** Dot products of `query` [width] with every row. @returns [count] */
export const similarities = (
  vectors: Pick<ContentVectors, 'count' | 'width' | 'values'>,
  query: Float32Array,
): Float32Array => queryProducts(vectors.values, vectors, query);

/** The row of item `index`, not copied. */
export function vectorOf(vectors: Pick<ContentVectors, 'width' | 'values'>, index: number): Float32Array {
  return vectors.values.subarray(index * vectors.width, (index + 1) * vectors.width);
}

/** Weighted sum of rows, scaled to length 1; zeros for an empty sum. @returns [width] */
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
  scaleRow(out, 0, width);
  return out;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d] * b[d];
  return sum;
}

/** Dot product of two rows, exactly the number that `similarities` gives. */
export const similarity = (vectors: Pick<ContentVectors, 'width' | 'values'>, a: number, b: number): number =>
  Math.fround(dot(vectorOf(vectors, a), vectorOf(vectors, b)));

/** Dot product of an item's content vector with a query, by modality: a content vector is text ++ image. */
export function modalitySimilarity(
  { width, values }: Pick<ContentVectors, 'width' | 'values'>,
  row: number,
  query: Float32Array,
): { text: number; image: number } {
  const [from, half] = [row * width, width / 2];
  return {
    text: dot(query.subarray(0, half), values.subarray(from, from + half)),
    image: dot(query.subarray(half), values.subarray(from + half, from + width)),
  };
}
