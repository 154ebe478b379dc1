/** A sparse matrix of ones in row order: those of row r are at `offsets[r]` to `offsets[r + 1]`. */
interface SparseMatrix {
  rows: number;
  columns: number;
  /** [rows + 1] */
  offsets: Uint32Array;
  /** Column of each. */
  indices: Uint32Array;
}

/** The matrix of users and items: 1 if a user chose an item, however often. */
export function choiceMatrix(choices: readonly ArrayLike<number>[], count: number): SparseMatrix {
  const sets = choices.map((rows) => Uint32Array.from(new Set(Array.from(rows))).sort());
  const offsets = new Uint32Array(sets.length + 1);
  for (const [user, rows] of sets.entries()) offsets[user + 1] = offsets[user] + rows.length;
  const indices = new Uint32Array(offsets[sets.length]);
  for (const [user, rows] of sets.entries()) indices.set(rows, offsets[user]);
  return { rows: sets.length, columns: count, offsets, indices };
}

/** The transpose. The entries of each of its rows are in ascending order. */
export function transposed({ rows, columns, offsets, indices }: SparseMatrix): SparseMatrix {
  const starts = new Uint32Array(columns + 1);
  for (const column of indices) starts[column + 1]++;
  for (let column = 0; column < columns; column++) starts[column + 1] += starts[column];
  const next = starts.slice();
  const turned = new Uint32Array(indices.length);
  for (let row = 0; row < rows; row++) {
    for (let at = offsets[row]; at < offsets[row + 1]; at++) turned[next[indices[at]]++] = row;
  }
  return { rows: columns, columns: rows, offsets: starts, indices: turned };
}

/**
 * M^T (M X), computed row by row of M: M X, which is long if there are many rows, is never in memory.
 * @param x [columns * width]
 * @returns [columns * width]
 */
export function gramProduct(
  { rows, columns, offsets, indices }: SparseMatrix,
  x: Float64Array,
  width: number,
): Float64Array {
  const out = new Float64Array(columns * width);
  const product = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    product.fill(0);
    for (let at = offsets[row]; at < offsets[row + 1]; at++) {
      for (let k = 0; k < width; k++) product[k] += x[indices[at] * width + k];
    }
    for (let at = offsets[row]; at < offsets[row + 1]; at++) {
      for (let k = 0; k < width; k++) out[indices[at] * width + k] += product[k];
    }
  }
  return out;
}
