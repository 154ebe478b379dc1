/**
 * Number of rows that are solved together. They share each row that is read of the factor: four take little longer than one,
 * because their sums are independent.
 */
const ROWS_PER_SOLVE = 4;

/**
 * The Cholesky factor L of a symmetric positive definite matrix A = L L^T, stored in its place.
 * @param matrix [size * size], of which the lower triangle is read; above the diagonal its values stay
 */
export function cholesky(matrix: Float64Array, size: number): void {
  for (let first = 0; first < size; first += ROWS_PER_SOLVE) {
    const end = Math.min(size, first + ROWS_PER_SOLVE);
    // The earlier rows of L are known: they reduce these rows to a triangle.
    substitute(matrix, size, { values: matrix, row: first, rows: end - first }, 0, first);
    for (let i = first; i < end; i++) {
      for (let j = first; j <= i; j++) {
        let sum = matrix[i * size + j];
        for (let k = 0; k < j; k++) sum -= matrix[i * size + k] * matrix[j * size + k];
        matrix[i * size + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * size + j];
      }
    }
  }
}

/**
 * Solves L w = b for many b at once, in place.
 * @param factor factor from `cholesky`
 * @param values [count * size]: the vectors b, row by row
 * @param startOf index of the first nonzero number of a row; default 0
 */
export function solveLower(
  factor: Float64Array,
  size: number,
  values: Float64Array,
  startOf: (row: number) => number = () => 0,
): void {
  const count = values.length / size;
  for (let row = 0; row < count; row += ROWS_PER_SOLVE) {
    const rows = Math.min(ROWS_PER_SOLVE, count - row);
    const start = Math.min(...Array.from({ length: rows }, (_, n) => startOf(row + n)));
    substitute(factor, size, { values, row, rows }, start, size);
  }
}

/** Forward substitution in up to four rows, from number `start` to number `end`. Numbers before `start` are 0. */
function substitute(
  factor: Float64Array,
  size: number,
  { values, row, rows }: { values: Float64Array; row: number; rows: number },
  start: number,
  end: number,
): void {
  // If there are fewer than four rows, the last one stands in for the missing ones.
  const r0 = row * size;
  const r1 = (row + Math.min(1, rows - 1)) * size;
  const r2 = (row + Math.min(2, rows - 1)) * size;
  const r3 = (row + Math.min(3, rows - 1)) * size;
  for (let k = start; k < end; k++) {
    const at = k * size;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let m = start; m < k; m++) {
      const x = factor[at + m];
      s0 += x * values[r0 + m];
      s1 += x * values[r1 + m];
      s2 += x * values[r2 + m];
      s3 += x * values[r3 + m];
    }
    const pivot = factor[at + k];
    const [v0, v1, v2, v3] = [values[r0 + k], values[r1 + k], values[r2 + k], values[r3 + k]];
    values[r0 + k] = (v0 - s0) / pivot;
    values[r1 + k] = (v1 - s1) / pivot;
    values[r2 + k] = (v2 - s2) / pivot;
    values[r3 + k] = (v3 - s3) / pivot;
  }
}
