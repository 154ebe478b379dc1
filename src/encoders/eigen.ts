import { EVD, Matrix } from 'ml-matrix';

/** Extra directions carried along, so that the wanted ones converge fast. */
const OVERSAMPLING = 16;
/** Rounds of multiply-and-orthonormalise: four give 99.7 % of the variance that exact axes of real taps would keep. */
const ROUNDS = 4;

/** Leading eigenpairs, largest eigenvalue first; `vectors` is [count, size], rows of unit length. */
export interface Eigenpairs {
  values: Float64Array;
  vectors: Float64Array;
}

/**
 * The leading eigenpairs of a symmetric positive semi-definite matrix by randomised subspace iteration (Halko,
 * Martinsson, Tropp, arXiv 0909.4061, algorithm 4.4). Each vector's largest component is positive. The same input gives
 * the same output.
 * @param matrix [size, size]
 * @param count at most `size`
 */
export function leadingEigenpairs(matrix: Float64Array, size: number, count: number, seed: number): Eigenpairs {
  const carried = Math.min(size, count + OVERSAMPLING);
  let basis = randomRows(carried, size, seed);
  orthonormalize(basis, carried, size);
  let image = multiply(matrix, basis, carried, size);
  for (let round = 0; round < (carried < size ? ROUNDS : 0); round++) {
    basis = image;
    orthonormalize(basis, carried, size);
    image = multiply(matrix, basis, carried, size);
  }
  // Rayleigh-Ritz: the small matrix basis * matrix * basis^T has the wanted eigenvalues.
  const small = new Matrix(carried, carried);
  for (let i = 0; i < carried; i++) {
    for (let j = i; j < carried; j++) {
      const value = dot(basis, i * size, image, j * size, size);
      small.set(i, j, value);
      small.set(j, i, value);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EVD(small, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b] - realEigenvalues[a] || a - b);
  const vectors = new Float64Array(count * size);
  for (let row = 0; row < count; row++) {
    const vector = vectors.subarray(row * size, (row + 1) * size);
    for (let k = 0; k < carried; k++) {
      const share = eigenvectorMatrix.get(k, order[row]);
      for (let d = 0; d < size; d++) vector[d] += share * basis[k * size + d];
    }
    fixSign(vector);
  }
  return { values: Float64Array.from(order.slice(0, count), (i) => realEigenvalues[i]), vectors };
}

/** rows * matrix for a symmetric matrix: [count, size]. */
function multiply(matrix: Float64Array, rows: Float64Array, count: number, size: number): Float64Array {
  const out = new Float64Array(count * size);
  for (let r = 0; r + 3 < count; r += 4) {
    const [r0, r1, r2, r3] = [r * size, (r + 1) * size, (r + 2) * size, (r + 3) * size];
    for (let i = 0; i < size; i++) {
      let [a, b, c, d] = [0, 0, 0, 0];
      const start = i * size;
      for (let j = 0; j < size; j++) {
        const m = matrix[start + j];
        a += m * rows[r0 + j];
        b += m * rows[r1 + j];
        c += m * rows[r2 + j];
        d += m * rows[r3 + j];
      }
      out[r0 + i] = a;
      out[r1 + i] = b;
      out[r2 + i] = c;
      out[r3 + i] = d;
    }
  }
  for (let r = count - (count % 4); r < count; r++) {
    for (let i = 0; i < size; i++) out[r * size + i] = dot(matrix, i * size, rows, r * size, size);
  }
  return out;
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

function dot(a: Float64Array, aStart: number, b: Float64Array, bStart: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[aStart + i] * b[bStart + i];
  return sum;
}

function fixSign(vector: Float64Array): void {
  let largest = 0;
  for (const x of vector) if (Math.abs(x) > Math.abs(largest)) largest = x;
  if (largest < 0) for (let d = 0; d < vector.length; d++) vector[d] = -vector[d];
}

/** Uniform in -1..1 from mulberry32. */
function randomRows(count: number, size: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count * size }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}
