import { fadedWeights, type ItemWeights } from './item-knn';
import { gridOf, HALF_LIVES, popularityOf, type TunedMethod } from './ranker';
import { choiceMatrix, gramProduct } from './sparse-matrix';
import type { ChoiceHistory } from './split';

/** Number of columns of the inverse that are solved at once. */
const COLUMNS_PER_SOLVE = 64;
/** Relative residual at which a column counts as solved. */
const TOLERANCE = 1e-3;
/** Maximum number of steps per column. */
const MAX_STEPS = 200;
/** Maximum number of weights kept per item, the largest by magnitude: bounds the memory. */
const MAX_WEIGHTS = 1000;
/** Maximum of items times choices: about ten minutes for one lambda. */
const MAX_WORK = 1e10;

/**
 * Weights of EASE (Steck 2019, equation 8): with X the matrix of users and items and P = (X^T X + lambda I)^-1,
 * B_ij = -P_ij / P_jj and B_ii = 0. X has few entries, so the columns of P are solved by conjugate gradients: for 12,000
 * items and 150,000 choices that takes about two minutes, where a dense inverse takes twenty.
 * @param rows items with weights; all other items have none
 * @param tolerance relative error at which a column is solved; weights below that share of their item's largest are left out
 */
export function easeWeights(
  histories: readonly ChoiceHistory[],
  rows: readonly number[],
  count: number,
  lambda: number,
  tolerance = TOLERANCE,
): ItemWeights {
  const placeOf = new Map(rows.map((row, place) => [row, place]));
  const matrix = choiceMatrix(
    histories.map((history) => ({ rows: Array.from(history.rows).flatMap((row) => placeOf.get(row) ?? []) })),
  );
  const size = rows.length;
  const diagonal = new Float64Array(size).fill(lambda);
  for (const places of matrix) for (const place of places) diagonal[place]++;
  const variances = new Float64Array(size);
  const columns: { places: Uint32Array; values: Float64Array }[] = [];
  for (let first = 0; first < size; first += COLUMNS_PER_SOLVE) {
    const width = Math.min(COLUMNS_PER_SOLVE, size - first);
    const product = (x: Float64Array): Float64Array => gramProduct(matrix, x, width);
    const solved = columnsOfInverse({ product, diagonal, lambda, first, width, tolerance });
    for (let n = 0; n < width; n++) {
      const own = solved[(first + n) * width + n];
      variances[first + n] = own;
      let most = 0;
      for (let at = n; at < solved.length; at += width) {
        if (at !== (first + n) * width + n) most = Math.max(most, Math.abs(solved[at]));
      }
      const places: number[] = [];
      for (let place = 0; place < size; place++) {
        const isKept = place !== first + n && Math.abs(solved[place * width + n]) > tolerance * most;
        if (isKept) places.push(place);
      }
      if (places.length > MAX_WEIGHTS) {
        const sizeOf = (place: number): number => Math.abs(solved[place * width + n]);
        places.sort((a, b) => sizeOf(b) - sizeOf(a) || a - b).splice(MAX_WEIGHTS);
      }
      columns.push({
        places: Uint32Array.from(places),
        values: Float64Array.from(places, (place) => solved[place * width + n]),
      });
    }
  }
  const all: ItemWeights[number][] = Array.from({ length: count }, () => ({ rows: [], weights: [] }));
  for (const [place, { places, values }] of columns.entries()) {
    all[rows[place]] = {
      rows: places.map((other) => rows[other]),
      weights: values.map((value, at) => -value / variances[places[at]]),
    };
  }
  return all;
}

/** Columns `first` to `first + width` of (G + lambda I)^-1. */
interface Columns {
  /** G x for some columns x, [size * width]. */
  product(x: Float64Array): Float64Array;
  /** Diagonal of G + lambda I. */
  diagonal: Float64Array;
  lambda: number;
  first: number;
  width: number;
  tolerance: number;
}

/** Conjugate gradients for each column separately, with the diagonal as preconditioner. @returns [size * width] */
function columnsOfInverse({ product, diagonal, lambda, first, width, tolerance }: Columns): Float64Array {
  const size = diagonal.length;
  const x = new Float64Array(size * width);
  const residual = new Float64Array(size * width);
  const direction = new Float64Array(size * width);
  const gain = new Float64Array(width);
  for (let n = 0; n < width; n++) {
    const at = (first + n) * width + n;
    residual[at] = 1;
    direction[at] = 1 / diagonal[first + n];
    gain[n] = direction[at];
  }
  const start = gain.slice();
  const [curvature, next, steps] = [new Float64Array(width), new Float64Array(width), new Float64Array(width)];
  for (let step = 0; step < MAX_STEPS; step++) {
    const turned = product(direction);
    curvature.fill(0);
    for (let at = 0; at < turned.length; at += width) {
      for (let n = 0; n < width; n++) {
        turned[at + n] += lambda * direction[at + n];
        curvature[n] += direction[at + n] * turned[at + n];
      }
    }
    for (let n = 0; n < width; n++) steps[n] = curvature[n] > 0 ? gain[n] / curvature[n] : 0;
    next.fill(0);
    for (let row = 0; row < size; row++) {
      const at = row * width;
      const scale = 1 / diagonal[row];
      for (let n = 0; n < width; n++) {
        x[at + n] += steps[n] * direction[at + n];
        const left = residual[at + n] - steps[n] * turned[at + n];
        residual[at + n] = left;
        next[n] += left * left * scale;
      }
    }
    if (next.every((value, n) => value <= tolerance ** 2 * start[n])) break;
    for (let n = 0; n < width; n++) steps[n] = gain[n] > 0 ? next[n] / gain[n] : 0;
    for (let row = 0; row < size; row++) {
      const at = row * width;
      const scale = 1 / diagonal[row];
      for (let n = 0; n < width; n++) {
        direction[at + n] = residual[at + n] * scale + steps[n] * direction[at + n];
      }
    }
    gain.set(next);
  }
  return x;
}

/**
 * The items that have a choice, limited to the most chosen ones if all would be too much work.
 * @returns rows, ascending
 */
export function easeItems(histories: readonly ChoiceHistory[], count: number, maxWork = MAX_WORK): number[] {
  const chosen = popularityOf(histories, count);
  const choices = chosen.reduce((sum, value) => sum + value, 0);
  const rows = [...chosen.keys()].filter((row) => chosen[row] > 0).sort((a, b) => chosen[b] - chosen[a] || a - b);
  return rows.slice(0, Math.max(1, Math.floor(maxWork / Math.max(1, choices)))).sort((a, b) => a - b);
}

/**
 * EASE over the fading choices of a history.
 * @param positive whether only weights above 0 count: after long histories the others only lower items far down the list
 */
export const easeOf = (
  lambdas: readonly number[],
  positive: boolean,
): TunedMethod<{ lambda: number }, { halfLife: number | null }> => ({
  name: 'ease',
  fits: gridOf<{ lambda: number }>({ lambda: lambdas }),
  uses: gridOf<{ halfLife: number | null }>({ halfLife: HALF_LIVES }),
  fit(histories, { lambda }, { count, say }) {
    const rows = easeItems(histories, count);
    const chosen = popularityOf(histories, count).reduce((sum, times) => sum + (times > 0 ? 1 : 0), 0);
    if (rows.length < chosen) say(`ease knows only the ${rows.length} most chosen of ${chosen} items`);
    const all = easeWeights(histories, rows, count, lambda);
    return fadedWeights(positive ? all.map(onlyPositive) : all);
  },
});

const onlyPositive = ({ rows, weights }: ItemWeights[number]): ItemWeights[number] => ({
  rows,
  weights: Float64Array.from(weights, (weight) => Math.max(0, weight)),
});
