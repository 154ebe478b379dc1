import type { CooccurrenceTable } from '../../../core/catalog';
import { rowProducts } from '../../../core/common/row-products';
import { choiceMatrix, type SparseMatrix, transposed } from '../sparse-matrix';
import { cholesky, solveLower } from './cholesky';

export interface EaseOptions {
  /** Weight of the penalty, above 0: the larger it is, the less rare coincidences count. Default 500. */
  lambda?: number;
  /** Maximum number of weights kept per item. Default 256. */
  most?: number;
}

/** Maximum size of the factorised dense matrix, over users or items, whichever are fewer: 288 MB. */
const MAX_DENSE_SIZE = 6000;
/** Maximum number of multiplications, items^2 times the smaller side: a few minutes. */
const MAX_MULTIPLICATIONS = 2.5e11;
/** Number of items whose products with all items are in memory at a time. */
const PANEL = 128;

/**
 * Weights from item to item by which a linear model without hidden units reproduces the choices of all users best, no item
 * predicting itself (EASE: Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data", equations 6 to 8): with X the
 * matrix of users and items and P = (X^T X + lambda I)^-1, B_ij = -P_ij / P_jj and B_ii = 0. A user's scores are the sum of
 * the rows B_i of the items that they chose.
 *
 * If there are fewer users than items, P comes from the users' side: P = (I - X^T (X X^T + lambda I)^-1 X) / lambda. Memory and
 * time are bounded: only the most chosen items are used, up to 6,000 if there are as many users (about three minutes), 20,000 if
 * there are 600 users. All other items have no weights.
 * @param choices rows of the items that each user chose
 * @param count items in the catalogue
 * @returns for every item its largest weights above 0, largest first, as a table
 */
export function easeTable(
  choices: readonly ArrayLike<number>[],
  count: number,
  { lambda = 500, most = 256 }: EaseOptions = {},
): CooccurrenceTable {
  const used = choices.filter(({ length }) => length > 0);
  const items = mostChosen(used, count);
  const placeOf = new Map(items.map((row, place) => [row, place]));
  const kept = used.map((rows) => Array.from(rows).flatMap((row) => placeOf.get(row) ?? []));
  const matrix = choiceMatrix(kept, items.length);
  const weights = matrix.rows < matrix.columns ? fromUsers(matrix, lambda) : fromItems(matrix, lambda);
  const offsets = new Uint32Array(count + 1);
  const [rows, lifts]: [number[], number[]] = [[], []];
  const found = new Map<number, { rows: number[]; lifts: number[] }>();
  for (let first = 0; first < items.length; first += PANEL) {
    const panel = weights(first, Math.min(PANEL, items.length - first));
    for (let n = 0; n * items.length < panel.length; n++) {
      const own = panel.subarray(n * items.length, (n + 1) * items.length);
      own[first + n] = 0;
      const best = largest(own, most);
      found.set(items[first + n], { rows: best.map((place) => items[place]), lifts: best.map((place) => own[place]) });
    }
  }
  for (let item = 0; item < count; item++) {
    const own = found.get(item);
    for (const row of own?.rows ?? []) rows.push(row);
    for (const lift of own?.lifts ?? []) lifts.push(lift);
    offsets[item + 1] = rows.length;
  }
  return { count, offsets, rows: Uint32Array.from(rows), lifts: Float32Array.from(lifts) };
}

/** The used items, ordered by the number of users who chose them, with ties in the order of their rows. */
function mostChosen(choices: readonly ArrayLike<number>[], count: number): number[] {
  const chosen = new Uint32Array(count);
  for (const row of choiceMatrix(choices, count).indices) chosen[row]++;
  const items = [...chosen.keys()].filter((row) => chosen[row] > 0).sort((a, b) => chosen[b] - chosen[a] || a - b);
  const side = Math.min(choices.length, items.length, MAX_DENSE_SIZE);
  const fewUsers = choices.length <= MAX_DENSE_SIZE;
  return items.slice(0, fewUsers ? Math.floor(Math.sqrt(MAX_MULTIPLICATIONS / Math.max(1, side))) : MAX_DENSE_SIZE);
}

/** Gives rows `first` to `first + rows` of B. @returns [rows * items] */
type Weights = (first: number, rows: number) => Float64Array;

/** B from X^T X: with L L^T = X^T X + lambda I, P_ij is the product of columns i and j of L^-1. */
function fromItems({ rows: users, columns: size, offsets, indices }: SparseMatrix, lambda: number): Weights {
  const factor = new Float64Array(size * size);
  for (let user = 0; user < users; user++) {
    const own = indices.subarray(offsets[user], offsets[user + 1]);
    for (const i of own) for (const j of own) factor[i * size + j]++;
  }
  for (let i = 0; i < size; i++) factor[i * size + i] += lambda;
  cholesky(factor, size);
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) inverse[i * size + i] = 1;
  solveLower(factor, size, inverse, (row) => row);
  const squares = squaredLengths(inverse, size);
  return products(inverse, size, (value, j) => -value / squares[j]);
}

/**
 * B from X X^T: with G = (X X^T + lambda I)^-1, P_ij = (1 if i = j, else 0, - x_i G x_j) / lambda. Few users chose any one item,
 * so G x_i and its product with every x_j are sums over the users of each.
 */
function fromUsers(matrix: SparseMatrix, lambda: number): Weights {
  const { rows: size, columns } = matrix;
  const { offsets, indices } = transposed(matrix);
  const usersOf = (item: number): Uint32Array => indices.subarray(offsets[item], offsets[item + 1]);
  const factor = new Float64Array(size * size);
  for (let item = 0; item < columns; item++) {
    const own = usersOf(item);
    for (const a of own) for (const b of own) factor[a * size + b]++;
  }
  for (let user = 0; user < size; user++) factor[user * size + user] += lambda;
  cholesky(factor, size);
  // Row u is column u of L^-1, which begins with u zeros.
  const columnsOfInverse = new Float64Array(size * size);
  for (let user = 0; user < size; user++) columnsOfInverse[user * size + user] = 1;
  solveLower(factor, size, columnsOfInverse, (row) => row);
  const inverse = { count: size, length: size, values: columnsOfInverse };
  const g = rowProducts(inverse, inverse);
  /** G x_item. */
  const solved = (item: number): Float64Array => {
    const sum = new Float64Array(size);
    for (const user of usersOf(item)) for (let at = 0; at < size; at++) sum[at] += g[user * size + at];
    return sum;
  };
  const squares = Float64Array.from({ length: columns }, (_, item) => {
    const own = solved(item);
    return usersOf(item).reduce((sum, user) => sum + own[user], 0);
  });
  return (first, rows) => {
    const panel = new Float64Array(rows * columns);
    for (let n = 0; n < rows; n++) {
      const own = solved(first + n);
      const out = panel.subarray(n * columns, (n + 1) * columns);
      for (let user = 0; user < size; user++) {
        const value = own[user];
        for (let at = matrix.offsets[user]; at < matrix.offsets[user + 1]; at++) out[matrix.indices[at]] += value;
      }
      for (let item = 0; item < columns; item++) out[item] /= 1 - squares[item];
    }
    return panel;
  };
}

function products(values: Float64Array, length: number, weight: (product: number, column: number) => number): Weights {
  const count = values.length / length;
  const all = { count, length, values };
  return (first, rows) => {
    const part = { count: rows, length, values: values.subarray(first * length, (first + rows) * length) };
    const panel = rowProducts(part, all);
    for (let at = 0; at < panel.length; at++) panel[at] = weight(panel[at], at % count);
    return panel;
  };
}

function squaredLengths(values: Float64Array, length: number): Float64Array {
  const squares = new Float64Array(values.length / length);
  for (let row = 0; row < squares.length; row++) {
    for (let at = row * length; at < (row + 1) * length; at++) squares[row] += values[at] ** 2;
  }
  return squares;
}

/** Smaller weights are rounding errors of 0. */
const MIN_WEIGHT = 1e-9;

/** Indices of the largest values above 0, largest first, with ties in their order. */
function largest(values: Float64Array, most: number): number[] {
  const above: number[] = [];
  for (let at = 0; at < values.length; at++) if (values[at] > MIN_WEIGHT) above.push(at);
  // Plain numbers sort far faster than indices with a comparison function.
  const sorted = Float64Array.from(above, (at) => values[at]).sort();
  const least = sorted.at(-most) ?? 0;
  const kept = above.filter((at) => values[at] >= least);
  return kept.sort((a, b) => values[b] - values[a] || a - b).slice(0, most);
}
