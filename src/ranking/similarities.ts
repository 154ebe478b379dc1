import { type ContentVectors, scaleRow } from '../catalog';
import { rowProducts } from '../common/row-products';

/** Dot products of `query` [width] with every row. @returns [count] */
export function similarities(
  vectors: Pick<ContentVectors, 'count' | 'width' | 'values'>,
  query: Float32Array,
): Float32Array {
  const { count, width, values } = vectors;
  const out = new Float32Array(count);
  // Four rows at a time: the processor computes independent sums in parallel.
  let row = 0;
  for (; row + 3 < count; row += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let n = 0, at = row * width; n < width; n++, at++) {
      const x = query[n];
      a += values[at] * x;
      b += values[at + width] * x;
      c += values[at + 2 * width] * x;
      d += values[at + 3 * width] * x;
    }
    out[row] = a;
    out[row + 1] = b;
    out[row + 2] = c;
    out[row + 3] = d;
  }
  for (; row < count; row++) {
    let sum = 0;
    for (let n = 0, at = row * width; n < width; n++, at++) sum += values[at] * query[n];
    out[row] = sum;
  }
  return out;
}

/** The row of item `index`, not copied. */
export function vectorOf(vectors: ContentVectors, index: number): Float32Array {
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

/** Rows multiplied at a time. */
const BLOCK = 256;

/**
 * Dot products of some rows with every row: the results of `similarities` for each of them, in half the time.
 * @returns [rows][count]
 */
export function rowSimilarities(vectors: ContentVectors, rows: readonly number[]): Float32Array[] {
  const { count, width, values } = vectors;
  const queries = { count: rows.length, length: width, values: new Float64Array(rows.length * width) };
  for (const [n, row] of rows.entries()) queries.values.set(vectorOf(vectors, row), n * width);
  const block = { length: width, values: new Float64Array(BLOCK * width) };
  const products = new Float64Array(BLOCK * rows.length);
  const out = rows.map(() => new Float32Array(count));
  for (let start = 0; start < count; start += BLOCK) {
    const size = Math.min(BLOCK, count - start);
    block.values.set(values.subarray(start * width, (start + size) * width));
    rowProducts({ ...block, count: size }, queries, products);
    for (const [n, similar] of out.entries()) {
      for (let row = 0; row < size; row++) similar[start + row] = products[row * rows.length + n];
    }
  }
  return out;
}

/** Dot product of two rows, exactly the number that `similarities` gives. */
export function similarity({ width, values }: Pick<ContentVectors, 'width' | 'values'>, a: number, b: number): number {
  let sum = 0;
  for (let n = 0, at = b * width, of = a * width; n < width; n++, at++, of++) sum += values[at] * values[of];
  return Math.fround(sum);
}

/** A content similarity, split into the contributions of text and image. */
export interface ModalitySimilarity {
  text: number;
  image: number;
}

/** Dot product of an item's content vector with a query, by modality: a content vector is text ++ image. */
export function modalitySimilarity(
  { width, values }: Pick<ContentVectors, 'width' | 'values'>,
  row: number,
  query: Float32Array,
): ModalitySimilarity {
  const half = width / 2;
  let [text, image] = [0, 0];
  for (let d = 0, at = row * width; d < half; d++, at++) {
    text += query[d] * values[at];
    image += query[d + half] * values[at + half];
  }
  return { text, image };
}
