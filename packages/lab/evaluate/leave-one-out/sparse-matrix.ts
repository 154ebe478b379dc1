/** A sparse matrix of ones: the columns of each row, ascending. */
export type SparseMatrix = readonly Uint32Array[];

/** The matrix of users and items: 1 if a user chose an item, however often. */
export const choiceMatrix = (histories: readonly { rows: ArrayLike<number> }[]): SparseMatrix =>
  histories.map(({ rows }) => Uint32Array.from(new Set(Array.from(rows))).sort());

export function transposed(matrix: SparseMatrix, columns: number): SparseMatrix {
  const turned = Array.from({ length: columns }, (): number[] => []);
  for (const [row, own] of matrix.entries()) for (const column of own) turned[column].push(row);
  return turned.map((rows) => Uint32Array.from(rows));
}

/**
 * M^T (M X), computed row by row of M: M X, which is long if there are many rows, is never in memory.
 * @param x [columns * width]
 * @returns [columns * width]
 */
export function gramProduct(matrix: SparseMatrix, x: Float64Array, width: number): Float64Array {
  const out = new Float64Array(x.length);
  const product = new Float64Array(width);
  for (const row of matrix) {
    product.fill(0);
    for (const column of row) for (let k = 0; k < width; k++) product[k] += x[column * width + k];
    for (const column of row) for (let k = 0; k < width; k++) out[column * width + k] += product[k];
  }
  return out;
}
