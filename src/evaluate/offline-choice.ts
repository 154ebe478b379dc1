/** One choice among the items of a catalogue. */
export interface Choice {
  /** Value of each term for every item, [count] each. */
  terms: readonly Float32Array[];
  /** Row of the item chosen. */
  target: number;
  /** Rows that did not compete, repeats allowed; the target does in any case. */
  excluded: Iterable<number>;
}

/** Steps of Newton's method at most; it takes about five. */
const STEPS = 25;

/**
 * Weights of the terms that make the choices most likely under a softmax over the weighted sums (conditional logit),
 * minus ridge / 2 times the squared distance from `start`. The optimum is unique; found by Newton's method with halved
 * steps where it overshoots.
 * @param start weights without any choice
 * @param ridge pull towards `start`, above 0; one choice has about the weight of 1
 */
export function choiceWeights(choices: readonly Choice[], start: readonly number[], ridge: number): number[] {
  let weights = [...start];
  let state = derivatives(choices, weights, start, ridge);
  for (let step = 0; step < STEPS; step++) {
    const direction = solve(state.curvature, state.slope);
    // What the quadratic model promises; nothing more to gain when it is tiny.
    if (direction.reduce((sum, d, k) => sum + d * state.slope[k], 0) < 1e-6 * (1 + choices.length)) break;
    let share = 1;
    let next = weights;
    let found = state;
    do {
      const taken = share;
      next = weights.map((weight, k) => weight + taken * direction[k]);
      found = derivatives(choices, next, start, ridge);
      share /= 2;
    } while (!(found.value >= state.value) && share > 1e-4);
    if (!(found.value >= state.value)) break;
    weights = next;
    state = found;
  }
  return weights;
}

interface Derivatives {
  /** Penalised log likelihood. */
  value: number;
  slope: number[];
  /** Negative Hessian, row by row. */
  curvature: number[][];
}

function derivatives(
  choices: readonly Choice[],
  weights: readonly number[],
  start: readonly number[],
  ridge: number,
): Derivatives {
  const n = weights.length;
  let value = 0;
  const slope = weights.map((weight, k) => {
    value -= (ridge / 2) * (weight - start[k]) ** 2;
    return ridge * (start[k] - weight);
  });
  const curvature = Array.from({ length: n }, (_, k) => Array.from({ length: n }, (_, j) => (j === k ? ridge : 0)));
  for (const { terms, target, excluded } of choices) {
    const shares = sharesOf(terms, weights, target, excluded);
    value += Math.log(Math.max(shares[target], 1e-30));
    const mean = terms.map((term) => dot(shares, term));
    const weighted = new Float64Array(shares.length);
    for (let k = 0; k < n; k++) {
      slope[k] += terms[k][target] - mean[k];
      const term = terms[k];
      for (let i = 0; i < weighted.length; i++) weighted[i] = shares[i] * term[i];
      for (let j = 0; j <= k; j++) {
        const covariance = dot(weighted, terms[j]) - mean[k] * mean[j];
        curvature[k][j] += covariance;
        if (j !== k) curvature[j][k] += covariance;
      }
    }
  }
  return { value, slope, curvature };
}

/** Chance of each item to be chosen. */
function sharesOf(
  terms: readonly Float32Array[],
  weights: readonly number[],
  target: number,
  excluded: Iterable<number>,
): Float64Array {
  const shares = new Float64Array(terms[0].length);
  for (const [k, term] of terms.entries()) {
    const weight = weights[k];
    for (let i = 0; i < shares.length; i++) shares[i] += weight * term[i];
  }
  const own = shares[target];
  for (const row of excluded) shares[row] = Number.NEGATIVE_INFINITY;
  shares[target] = own;
  let top = Number.NEGATIVE_INFINITY;
  for (const score of shares) if (score > top) top = score;
  let total = 0;
  for (let i = 0; i < shares.length; i++) {
    shares[i] = Math.exp(shares[i] - top);
    total += shares[i];
  }
  for (let i = 0; i < shares.length; i++) shares[i] /= total;
  return shares;
}

function dot(a: Float64Array, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** x of matrix x = right, for a positive definite matrix, by Gaussian elimination. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, k) => [...row, right[k]]);
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    for (let row = k + 1; row < n; row++) {
      const factor = rows[row][k] / rows[k][k];
      for (let column = k; column <= n; column++) rows[row][column] -= factor * rows[k][column];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    let rest = rows[k][n];
    for (let column = k + 1; column < n; column++) rest -= rows[k][column] * x[column];
    x[k] = rest / rows[k][k];
  }
  return x;
}
