import { EVD, Matrix } from 'ml-matrix';
import { seededRandom } from '../../model';
import { gramProduct, type SparseMatrix } from '../sparse-matrix';

/** The leading right singular vectors of a matrix. */
export interface SingularVectors {
  /** Number of vectors k. */
  width: number;
  /** Singular values, largest first, [k]. */
  values: Float64Array;
  /** [columns * k]: component of each vector for each column of the matrix. The largest one of a vector is positive. */
  vectors: Float64Array;
}

/** Directions that are iterated for each one that is wanted: the more, the faster the wanted ones converge. */
const OVERSAMPLING = 2;
/** Degree of the polynomial between two orthonormalisations, and the largest growth by it, as a logarithm. */
const DEGREE = 3;
const LARGEST_GROWTH = 15;
/** Iteration ends when no squared singular value changes by more than this share; the error is then far smaller. */
const TOLERANCE = 1e-3;
const MOST_ITERATIONS = 50;
/** Vectors with a singular value below this share of the largest one are left out: they say next to nothing. */
const SMALLEST = 1e-3;
/** What M^T M leaves of them in squared lengths; below it, there are rounding errors. */
const NOTHING = SMALLEST ** 4;
/** Below this share, one orthonormalisation leaves rounding errors that a second one removes. */
const ILL_CONDITIONED = 1e-4;

/**
 * Truncated singular value decomposition of a large sparse matrix M: randomised subspace iteration with a Rayleigh-Ritz step
 * (Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.3) on M^T M. Between two such steps the block is multiplied by the
 * Chebyshev polynomial of M^T M that damps all that lies below the block's smallest Ritz value (Zhou, Saad, Tiago and
 * Chelikowsky 2006), which takes a third of the products. The same seed gives the same numbers.
 * @param most vectors wanted; there are fewer where the matrix has a lower rank, singular values below a thousandth of the
 *   largest one counting as 0
 */
export function rightSingularVectors(matrix: SparseMatrix, most: number, seed: number): SingularVectors {
  const { columns } = matrix;
  const random = seededRandom(seed);
  const size = Math.min(columns, OVERSAMPLING * most);
  const start = Float64Array.from({ length: columns * size }, () => random() - 0.5);
  // After the first product the block is within the row space: a rank below its width is found exactly.
  let block = orthonormal({ width: size, values: gramProduct(matrix, start, size) });
  let before: Float64Array | null = null;
  for (let iteration = 0; block.width > 0; iteration++) {
    const ritz = ritzVectors(block, gramProduct(matrix, block.values, block.width));
    const kept = Math.min(most, block.width);
    const { squares } = ritz;
    const converged = before?.every((square, n) => Math.abs(squares[n] - square) <= TOLERANCE * squares[n]) ?? false;
    if (converged || iteration === MOST_ITERATIONS) return leading(ritz, kept);
    before = squares.slice(0, kept);
    block = orthonormal(filtered(matrix, ritz));
    // A direction that was lost as rounding error had no part in the result.
    if (block.width < kept) before = null;
  }
  return { width: 0, values: new Float64Array(0), vectors: new Float64Array(0) };
}

/** Columns of equal length, row after row: [rows * width]. */
interface Block {
  width: number;
  values: Float64Array;
}

/** Orthonormal columns, approximate eigenvectors of M^T M, and what M^T M makes of them. */
interface RitzBlock extends Block {
  /** Ritz values: approximate squares of singular values, largest first. */
  squares: Float64Array;
  /** M^T M times the columns. */
  products: Float64Array;
}

function ritzVectors({ width, values }: Block, products: Float64Array): RitzBlock {
  const { eigenvalues, eigenvectors } = eigen(innerProducts(values, products, width), width);
  const rotation = { width, values: eigenvectors };
  return {
    width,
    squares: eigenvalues.map((square) => Math.max(0, square)),
    values: multiplied(values, width, rotation),
    products: multiplied(products, width, rotation),
  };
}

/**
 * The Chebyshev polynomial of the first kind T(M^T M / e - 1) of the block, where 2e is its smallest Ritz value: at most 1 on
 * all that is smaller, and growing fast above.
 */
function filtered(matrix: SparseMatrix, { width, values, products, squares }: RitzBlock): Block {
  const half = squares[width - 1] / 2;
  // Nothing is outside the block.
  if (!(half > NOTHING * squares[0])) return { width, values: products };
  // Beyond the largest growth, the leading directions would drown the others in rounding errors.
  const end = Math.min(DEGREE, LARGEST_GROWTH / Math.acosh(squares[0] / half - 1));
  let last = values;
  let next: Float64Array = products.map((product, at) => product / half - values[at]);
  for (let degree = 2; degree <= end; degree++) {
    const product = gramProduct(matrix, next, width);
    for (let at = 0; at < product.length; at++) product[at] = 2 * (product[at] / half - next[at]) - last[at];
    last = next;
    next = product;
  }
  return { width, values: next };
}

/** Orthonormal columns that span the same, without directions that are rounding errors. */
function orthonormal(block: Block): Block {
  const { width, values } = block;
  const lengths = new Float64Array(width);
  for (let start = 0; start < values.length; start += width) {
    for (let k = 0; k < width; k++) lengths[k] += values[start + k] ** 2;
  }
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const scales = lengths.map((length) => (length > NOTHING * NOTHING * longest ? 1 / Math.sqrt(length) : 0));
  const scaled = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += width) {
    for (let k = 0; k < width; k++) scaled[start + k] = values[start + k] * scales[k];
  }
  const { eigenvalues, eigenvectors } = eigen(innerProducts(scaled, scaled, width), width);
  const [largest] = eigenvalues;
  const kept = eigenvalues.filter((value) => value > NOTHING * largest).length;
  const factor = new Float64Array(width * kept);
  for (let d = 0; d < width; d++) {
    for (let k = 0; k < kept; k++) factor[d * kept + k] = eigenvectors[d * width + k] / Math.sqrt(eigenvalues[k]);
  }
  const made = { width: kept, values: multiplied(scaled, width, { width: kept, values: factor }) };
  return kept > 0 && eigenvalues[kept - 1] < ILL_CONDITIONED * largest ? orthonormal(made) : made;
}

function leading({ width, squares, values }: RitzBlock, most: number): SingularVectors {
  const kept = squares.subarray(0, most).filter((square) => square > SMALLEST ** 2 * squares[0]).length;
  const vectors = new Float64Array((values.length / width) * kept);
  for (let k = 0; k < kept; k++) {
    let largest = 0;
    for (let at = k; at < values.length; at += width) {
      if (Math.abs(values[at]) > Math.abs(largest)) largest = values[at];
    }
    const sign = largest < 0 ? -1 : 1;
    for (let row = 0; row * width < values.length; row++) vectors[row * kept + k] = sign * values[row * width + k];
  }
  return { width: kept, values: squares.slice(0, kept).map(Math.sqrt), vectors };
}

/** a^T b, four rows at a time. @returns [width * width] */
function innerProducts(a: Float64Array, b: Float64Array, width: number): Float64Array {
  const out = new Float64Array(width * width);
  const whole = a.length - (a.length % (4 * width));
  for (let r0 = 0; r0 < whole; r0 += 4 * width) {
    const r1 = r0 + width;
    const r2 = r1 + width;
    const r3 = r2 + width;
    for (let i = 0; i < width; i++) {
      const a0 = a[r0 + i];
      const a1 = a[r1 + i];
      const a2 = a[r2 + i];
      const a3 = a[r3 + i];
      const to = i * width;
      for (let j = 0; j < width; j++) out[to + j] += a0 * b[r0 + j] + a1 * b[r1 + j] + a2 * b[r2 + j] + a3 * b[r3 + j];
    }
  }
  for (let start = whole; start < a.length; start += width) {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) out[i * width + j] += a[start + i] * b[start + j];
    }
  }
  return out;
}

/** The product of a block of rows of `length` with a matrix of `length` rows, four of them at a time. @returns [rows * width] */
function multiplied(rows: Float64Array, length: number, { width, values }: Block): Float64Array {
  const count = rows.length / length;
  const out = new Float64Array(count * width);
  const whole = length - (length % 4);
  for (let row = 0; row < count; row++) {
    const to = row * width;
    const from = row * length;
    for (let d = 0; d < whole; d += 4) {
      const x0 = rows[from + d];
      const x1 = rows[from + d + 1];
      const x2 = rows[from + d + 2];
      const x3 = rows[from + d + 3];
      const d0 = d * width;
      const d1 = d0 + width;
      const d2 = d1 + width;
      const d3 = d2 + width;
      for (let k = 0; k < width; k++) {
        out[to + k] += x0 * values[d0 + k] + x1 * values[d1 + k] + x2 * values[d2 + k] + x3 * values[d3 + k];
      }
    }
    for (let d = whole; d < length; d++) {
      for (let k = 0; k < width; k++) out[to + k] += rows[from + d] * values[d * width + k];
    }
  }
  return out;
}

/** Eigenvalues of a symmetric matrix, largest first, and its eigenvectors as columns. */
function eigen(matrix: Float64Array, width: number): { eigenvalues: Float64Array; eigenvectors: Float64Array } {
  if (width === 0) return { eigenvalues: new Float64Array(0), eigenvectors: new Float64Array(0) };
  const { realEigenvalues, eigenvectorMatrix } = new EVD(Matrix.from1DArray(width, width, matrix), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, n) => n).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
  const eigenvectors = new Float64Array(width * width);
  for (const [to, from] of order.entries()) {
    for (let d = 0; d < width; d++) eigenvectors[d * width + to] = eigenvectorMatrix.get(d, from);
  }
  return { eigenvalues: Float64Array.from(order, (n) => realEigenvalues[n]), eigenvectors };
}
