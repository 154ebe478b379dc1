import { EVD, Matrix } from 'ml-matrix';
import { seededRandom } from './random';
import { rowProducts } from './row-products';

/** Extra directions; they speed up the convergence of the wanted ones. */
const OVERSAMPLING = 16;
/** Rounds of multiply-and-orthonormalise: four give 99.7 % of the variance that exact axes of real taps would keep. */
const ROUNDS = 4;
/** Up to this size, in directions carried, an exact decomposition takes no longer. */
const MAX_EXACT_RATIO = 1.5;

/** Leading eigenpairs, largest eigenvalue first; `vectors` is [count, size], rows of unit length. */
export interface Eigenpairs {
  values: Float64Array;
  vectors: Float64Array;
}

/** A symmetric positive semi-definite matrix, given by its products. */
export interface SymmetricOperator {
  size: number;
  /** @param rows [count, size] @returns the product of each row with the matrix, [count, size] */
  times(rows: Float64Array, count: number): Float64Array;
}

/** @param matrix [size, size] */
export const matrixOperator = (matrix: Float64Array, size: number): SymmetricOperator => ({
  size,
  times: (values, count) => rowProducts({ count, length: size, values }, { count: size, length: size, values: matrix }),
});

/**
 * The leading eigenpairs of a symmetric positive semi-definite matrix by randomised subspace iteration (Halko,
 * Martinsson, Tropp, arXiv 0909.4061, algorithm 4.4). Each vector's largest component is positive. The same input gives
 * the same output.
 * @param count at most the size
 */
export function leadingEigenpairs({ size, times }: SymmetricOperator, count: number, seed: number): Eigenpairs {
  const carried = count + OVERSAMPLING;
  if (size <= MAX_EXACT_RATIO * carried) return exactEigenpairs(times(identity(size), size), size, count);
  let basis = randomRows(carried, size, seed);
  orthonormalize(basis, carried, size);
  let image = times(basis, carried);
  for (let round = 0; round < ROUNDS; round++) {
    basis = image;
    orthonormalize(basis, carried, size);
    image = times(basis, carried);
  }
  // Rayleigh-Ritz: the small matrix basis * matrix * basis^T has the wanted eigenvalues.
  const [left, right] = [basis, image].map((values) => ({ count: carried, length: size, values }));
  const small = exactEigenpairs(rowProducts(left, right), carried, count);
  const vectors = new Float64Array(count * size);
  for (let row = 0; row < count; row++) {
    const vector = vectors.subarray(row * size, (row + 1) * size);
    for (let k = 0; k < carried; k++) {
      const share = small.vectors[row * carried + k];
      for (let d = 0; d < size; d++) vector[d] += share * basis[k * size + d];
    }
    fixSign(vector);
  }
  return { values: small.values, vectors };
}

/** The leading eigenpairs of a symmetric matrix, exactly; the sign of each vector as in `leadingEigenpairs`. @param matrix [size, size] */
export function exactEigenpairs(matrix: Float64Array, size: number, count: number): Eigenpairs {
  const square = new Matrix(Array.from({ length: size }, (_, i) => matrix.subarray(i * size, (i + 1) * size)));
  const { realEigenvalues, eigenvectorMatrix } = new EVD(square, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a] || a - b);
  const vectors = new Float64Array(count * size);
  for (let row = 0; row < count; row++) {
    const vector = vectors.subarray(row * size, (row + 1) * size);
    vector.set(eigenvectorMatrix.getColumn(order[row]));
    fixSign(vector);
  }
  return { values: Float64Array.from(order.slice(0, count), (i) => realEigenvalues[i]), vectors };
}

/** Gram-Schmidt, twice over for accuracy. Rows that depend on earlier ones become zero. */
function orthonormalize(rows: Float64Array, count: number, size: number): void {
  for (let r = 0; r < count; r++) {
    const before = Math.sqrt(dot(rows, r * size, rows, r * size, size));
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < r; k++) {
        const overlap = dot(rows, r * size, rows, k * size, size);
        for (let d = 0; d < size; d++) rows[r * size + d] -= overlap * rows[k * size + d];
      }
    }
    const norm = Math.sqrt(dot(rows, r * size, rows, r * size, size));
    const factor = norm > before * 1e-10 ? 1 / norm : 0;
    for (let d = 0; d < size; d++) rows[r * size + d] *= factor;
  }
}

/** Dot product in four independent sums, which the processor computes in parallel. */
function dot(a: Float64Array, aStart: number, b: Float64Array, bStart: number, length: number): number {
  let s = 0;
  let t = 0;
  let u = 0;
  let v = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s += a[aStart + i] * b[bStart + i];
    t += a[aStart + i + 1] * b[bStart + i + 1];
    u += a[aStart + i + 2] * b[bStart + i + 2];
    v += a[aStart + i + 3] * b[bStart + i + 3];
  }
  for (; i < length; i++) s += a[aStart + i] * b[bStart + i];
  return s + t + u + v;
}

function fixSign(vector: Float64Array): void {
  let largest = 0;
  for (const x of vector) if (Math.abs(x) > Math.abs(largest)) largest = x;
  if (largest < 0) for (let d = 0; d < vector.length; d++) vector[d] = -vector[d];
}

function identity(size: number): Float64Array {
  const rows = new Float64Array(size * size);
  for (let n = 0; n < size; n++) rows[n * size + n] = 1;
  return rows;
}

/** Uniform in -1..1. */
function randomRows(count: number, size: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: count * size }, () => 2 * random() - 1);
}
