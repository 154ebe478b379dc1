import { CholeskyDecomposition, EVD, Matrix } from 'ml-matrix';
import { rowProducts } from '../../common/row-products';
import type { FeatureRows, GradientMoments } from './gradient-moments';

/** Added to the diagonals of F and H, in parts of the mean of each diagonal. */
const RIDGE = 5;
/** How far the map goes: the least-squares answer is 1, but a ridge this wide shrinks it. */
const STRENGTH = 2;
/** As `RIDGE`, where columns of one space are predicted from those of another. */
const TRANSFER_RIDGE = 0.01;
/** Items taken at a time. */
const CHUNK = 2048;

/**
 * The learned map of the gradients M, without the identity: M - I = 2 sym(F_r^-1 C H_r^-1) / w, where A_r = A + 5 tr(A) / D I
 * and sym(A) = (A + A^T) / 2. Without ridge it is what maximises w tr(M^T C) - w^2 / 2 tr(M^T F M H): the second-order estimate
 * of how much a read-out M h adds to the log-likelihood of the next choice.
 * @param weight w of a block's read-out
 * @returns symmetric [width, width]
 */
export function solveMap(moments: GradientMoments, weight: number): Matrix {
  const { width } = moments;
  const { cross, before, expected } = moments.means;
  const square = (values: Float64Array): Matrix => Matrix.from1DArray(width, width, values);
  const left = solved(square(expected), square(cross), RIDGE);
  const both = solved(square(before), left.transpose(), RIDGE).transpose();
  return symmetric(both).mul(STRENGTH / weight);
}

/** The part of a step that a map adds to R g: sym(R (M - I)). @param rates diagonal of R */
export function stepOf(map: Matrix, rates: ArrayLike<number>): Matrix {
  return symmetric(new Matrix(map.rows, map.columns).add(map).mulColumnVector(Array.from(rates)));
}

/**
 * Carries a map from one space of features to another, T S T^T, where T is the least-squares solution of from ~ to T.
 * @param step S over the columns of `from`
 * @param rows items that both spaces know
 * @returns symmetric, over the columns of `to`
 */
export function transferred(step: Matrix, from: FeatureRows, to: FeatureRows, rows: readonly number[]): Matrix {
  const moment = new Float64Array(to.width * to.width);
  const shared = new Float64Array(to.width * from.width);
  for (let start = 0; start < rows.length; start += CHUNK) {
    const part = rows.slice(start, start + CHUNK);
    const after = columnsOf(to, part);
    addTo(moment, rowProducts(after, after));
    addTo(shared, rowProducts(after, columnsOf(from, part)));
  }
  const weights = solved(
    Matrix.from1DArray(to.width, to.width, moment),
    Matrix.from1DArray(to.width, from.width, shared),
    TRANSFER_RIDGE,
  );
  return symmetric(weights.mmul(step).mmul(weights.transpose()));
}

/**
 * The eigenvectors of a symmetric matrix whose eigenvalues have the largest absolute values, which of all matrices of this
 * rank come closest to it.
 * @param rank at most; eigenvalues that are 0 are left out
 * @returns eigenvalues, and eigenvectors [eigenvalues, size] of length 1 whose largest component is positive
 */
export function leadingEigenvectors(
  matrix: Matrix,
  rank: number,
): { eigenvalues: Float32Array; eigenvectors: Float32Array } {
  const { realEigenvalues: all, eigenvectorMatrix } = new EVD(matrix, { assumeSymmetric: true });
  const largest = all.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const order = [...all.keys()]
    .filter((k) => Math.abs(all[k]) > 1e-12 * largest)
    .sort((a, b) => Math.abs(all[b]) - Math.abs(all[a]))
    .slice(0, rank);
  const vectors = order.map((k) => {
    const vector = eigenvectorMatrix.getColumn(k);
    const main = vector.reduce((one, other) => (Math.abs(other) > Math.abs(one) ? other : one), 0);
    return main < 0 ? vector.map((value) => -value) : vector;
  });
  return { eigenvalues: Float32Array.from(order, (k) => all[k]), eigenvectors: Float32Array.from(vectors.flat()) };
}

/** A_r^-1 B for a symmetric A that has no negative eigenvalue; zeros where A is 0. */
function solved(matrix: Matrix, target: Matrix, ridge: number): Matrix {
  const added = (ridge * matrix.trace()) / matrix.rows;
  if (!(added > 0)) return Matrix.zeros(target.rows, target.columns);
  return new CholeskyDecomposition(Matrix.add(matrix, Matrix.eye(matrix.rows).mul(added))).solve(target);
}

const symmetric = (matrix: Matrix): Matrix => Matrix.add(matrix, matrix.transpose()).mul(0.5);

/** Column after column, [width, rows]. */
function columnsOf(space: FeatureRows, rows: readonly number[]) {
  const { width } = space;
  const { length } = rows;
  const values = new Float64Array(width * length);
  for (const [place, item] of rows.entries()) {
    const features = space.row(item);
    for (let d = 0; d < width; d++) values[d * length + place] = features[d];
  }
  return { count: width, length, values };
}

function addTo(sum: Float64Array, values: Float64Array): void {
  for (let at = 0; at < sum.length; at++) sum[at] += values[at];
}
