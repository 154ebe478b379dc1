import { seededRandom } from '../../../core/common/random';
import { gridOf, tuned } from './ranker';
import { choiceMatrix, type SparseMatrix, transposed } from './sparse-matrix';
import type { ChoiceHistory } from './split';

/** Width of the user and item vectors, and the terms of their loss. */
export interface IalsSettings extends Record<string, number | null> {
  width: number;
  /** Weight of the penalty, times the number of a row's choices and `alpha` times all others. */
  regularization: number;
  /** Weight of a pair that was not chosen; a choice weighs 1 more. */
  alpha: number;
}

/** Passes over users and items. */
const SWEEPS = 8;
/** Standard deviation of the first vectors of items, times sqrt(width). */
const START = 0.1;

/** Item vectors, and user vectors derived from them. */
export interface IalsModel {
  settings: IalsSettings;
  /** [count * width] */
  items: Float64Array;
  /** The optimal vector of a user for their choices, given the item vectors. */
  userOf(rows: ArrayLike<number>): Float64Array;
}

/**
 * Matrix factorisation of implicit choices by alternating least squares (Hu, Koren and Volinsky 2008) as tuned by Rendle,
 * Krichene, Zhang and Koren (2021, "Revisiting the Performance of iALS"): sum over choices of (1 - w h)^2 + alpha * sum over all
 * pairs of (w h)^2 + regularization * sum over rows of (choices of the row + alpha * other side) * length^2.
 */
export function ialsModel(
  histories: readonly ChoiceHistory[],
  count: number,
  settings: IalsSettings,
  seed: number,
  sweeps = SWEEPS,
): IalsModel {
  const { width } = settings;
  const byUser = choiceMatrix(
    histories.map(({ rows }) => rows),
    count,
  );
  const byItem = transposed(byUser);
  const random = seededRandom(seed);
  const deviation = START / Math.sqrt(width);
  const items = Float64Array.from({ length: count * width }, () => deviation * normal(random));
  const users = new Float64Array(byUser.rows * width);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    solveSide(byUser, items, users, settings);
    solveSide(byItem, users, items, settings);
  }
  const gram = gramOf(items, width);
  return {
    settings,
    items,
    userOf(rows) {
      const own = new Float64Array(width);
      solveRow(Uint32Array.from(new Set(Array.from(rows))), items, gram, own, settings, count);
      return own;
    },
  };
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function solveSide(matrix: SparseMatrix, others: Float64Array, own: Float64Array, settings: IalsSettings): void {
  const { width } = settings;
  const gram = gramOf(others, width);
  for (let row = 0; row < matrix.rows; row++) {
    const indices = matrix.indices.subarray(matrix.offsets[row], matrix.offsets[row + 1]);
    solveRow(indices, others, gram, own.subarray(row * width, (row + 1) * width), settings, matrix.columns);
  }
}

/** Sum of the products of the vectors with themselves, lower triangle. @returns [width * width] */
function gramOf(vectors: Float64Array, width: number): Float64Array {
  const gram = new Float64Array(width * width);
  for (let at = 0; at < vectors.length; at += width) addSquare(gram, vectors, at, width);
  return gram;
}

function addSquare(sum: Float64Array, vectors: Float64Array, at: number, width: number): void {
  for (let i = 0; i < width; i++) {
    const value = vectors[at + i];
    const row = i * width;
    for (let j = 0; j <= i; j++) sum[row + j] += value * vectors[at + j];
  }
}

/** The vector of one row from its connected vectors, written to `own`. @param total number of rows on the other side */
function solveRow(
  indices: Uint32Array,
  others: Float64Array,
  gram: Float64Array,
  own: Float64Array,
  { width, alpha, regularization }: IalsSettings,
  total: number,
): void {
  own.fill(0);
  if (indices.length === 0) return;
  const a = gram.map((value) => alpha * value);
  for (const index of indices) {
    const at = index * width;
    addSquare(a, others, at, width);
    for (let i = 0; i < width; i++) own[i] += others[at + i];
  }
  const penalty = regularization * (indices.length + alpha * total);
  for (let i = 0; i < width; i++) a[i * width + i] += penalty;
  solvePositive(a, own, width);
}

/** Solves A x = b in place by the Cholesky factor, which replaces the lower triangle of A. */
function solvePositive(a: Float64Array, b: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j <= i; j++) {
      const other = j * size;
      let sum = a[row + j];
      for (let k = 0; k < j; k++) sum -= a[row + k] * a[other + k];
      a[row + j] = i === j ? Math.sqrt(sum) : sum / a[other + j];
    }
  }
  for (let i = 0; i < size; i++) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= a[i * size + k] * b[k];
    b[i] = sum / a[i * size + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = b[i];
    for (let k = i + 1; k < size; k++) sum -= a[k * size + i] * b[k];
    b[i] = sum / a[i * size + i];
  }
}

/** Matrix factorisation: a grid of penalty and alpha, then further widths with the best pair. */
export const ials = tuned<IalsSettings, Record<string, never>>({
  name: 'ials',
  fits: gridOf<IalsSettings>({ width: [32], regularization: [0.003, 0.01, 0.03], alpha: [0.1, 0.3, 1] }),
  refine: (best) => [64, 128].map((width) => ({ ...best, width })),
  uses: [{}],
  fit(histories, settings, { count, seed }) {
    const { items, userOf } = ialsModel(histories, count, settings, seed);
    const { width } = settings;
    return () =>
      ({ rows }, out) => {
        const user = userOf(rows);
        for (let item = 0; item < count; item++) {
          let sum = 0;
          for (let k = 0, at = item * width; k < width; k++, at++) sum += user[k] * items[at];
          out[item] += sum;
        }
      };
  },
});
