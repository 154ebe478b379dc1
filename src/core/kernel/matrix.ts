/**
 * Rows of 32-bit floats that are multiplied as a whole, with vector instructions if the browser allows WebAssembly, else in
 * JavaScript. The two sum in different orders: results differ by rounding.
 */
export interface Matrix {
  readonly count: number;
  readonly width: number;
  /** Row `row`, [width]; shared: writing to it changes the matrix. */
  row(row: number): Float32Array;
  /**
   * Dot products of every row with each query.
   * @param queries [width] each
   * @returns for each query [count]
   */
  products(queries: readonly Float32Array[]): Float32Array[];
  /**
   * Sums of the rows, weighted by each list of weights.
   * @param weights [count] each
   * @returns for each list [width]
   */
  weightedSums(weights: readonly Float32Array[]): Float32Array[];
}

/**
 * Dot products of rows with a query, in JavaScript. Four rows at a time: the processor computes independent sums in parallel.
 * @param values [count, width]
 * @returns [count]
 */
export function queryProducts(
  values: Float32Array,
  { count, width }: { count: number; width: number },
  query: Float32Array,
): Float32Array {
  const out = new Float32Array(count);
  const whole = count - (count % 4);
  for (let row = 0; row < whole; row += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let e = 0;
    for (let d = 0, at = row * width; d < width; d++, at++) {
      const x = query[d];
      a += values[at] * x;
      b += values[at + width] * x;
      c += values[at + 2 * width] * x;
      e += values[at + 3 * width] * x;
    }
    out[row] = a;
    out[row + 1] = b;
    out[row + 2] = c;
    out[row + 3] = e;
  }
  for (let row = whole; row < count; row++) {
    let sum = 0;
    for (let d = 0, at = row * width; d < width; d++, at++) sum += values[at] * query[d];
    out[row] = sum;
  }
  return out;
}

/** The matrix in JavaScript, for pages whose content security policy forbids WebAssembly, and devices without it. */
export class ScriptMatrix implements Matrix {
  readonly #values: Float32Array;

  constructor(
    readonly count: number,
    readonly width: number,
  ) {
    this.#values = new Float32Array(count * width);
  }

  row(row: number): Float32Array {
    return this.#values.subarray(row * this.width, (row + 1) * this.width);
  }

  products(queries: readonly Float32Array[]): Float32Array[] {
    return queries.map((query) => queryProducts(this.#values, this, query));
  }

  weightedSums(weights: readonly Float32Array[]): Float32Array[] {
    return weights.map((own) => Float32Array.from(weightedSum(this.#values, this, own)));
  }
}

/** Four rows at a time: each sum is read and written once for all four. */
function weightedSum(
  values: Float32Array,
  { count, width }: { count: number; width: number },
  weights: Float32Array,
): Float64Array {
  const sums = new Float64Array(width);
  const whole = count - (count % 4);
  for (let row = 0; row < whole; row += 4) {
    const a = weights[row];
    const b = weights[row + 1];
    const c = weights[row + 2];
    const e = weights[row + 3];
    for (let d = 0, at = row * width; d < width; d++, at++) {
      sums[d] += a * values[at] + b * values[at + width] + c * values[at + 2 * width] + e * values[at + 3 * width];
    }
  }
  for (let row = whole; row < count; row++) {
    for (let d = 0, at = row * width; d < width; d++, at++) sums[d] += weights[row] * values[at];
  }
  return sums;
}

/**
 * Softmax of the sums of two scores of every item. A score of -Infinity has the share 0.
 * @param added null: nothing is added
 * @param shares receives the share of each item; null if only the sum is needed
 * @returns the log of the sum of e^score; minus a score, it is the loss of choosing that item. NaN if a score is NaN
 */
export type Softmax = (scores: Float32Array, added: Float32Array | null, shares: Float32Array | null) => number;

export const scriptSoftmax: Softmax = (scores, added, shares) => {
  const out = shares ?? new Float32Array(scores.length);
  let most = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < out.length; at++) {
    out[at] = added ? scores[at] + added[at] : scores[at];
    if (!(out[at] <= most)) most = out[at] > most ? out[at] : Number.NaN;
  }
  let total = 0;
  for (let at = 0; at < out.length; at++) {
    const value = exponential(out[at] - most);
    out[at] = value;
    total += value;
  }
  for (let at = 0; at < out.length; at++) out[at] /= total;
  return Math.log(total) + most;
};

/** 2^-n. */
const POWERS = Float64Array.from({ length: 1100 }, (_, n) => 2 ** -n);

/**
 * e^x for x up to 0, with a relative error below 1e-9: `Math.exp` takes three times as long and would dominate a softmax.
 */
function exponential(x: number): number {
  const whole = Math.floor(0.5 - x * Math.LOG2E);
  // Also if x is NaN.
  if (!(whole < POWERS.length)) return x < 0 ? 0 : Number.NaN;
  const z = x + whole * Math.LN2;
  const high = 1 / 120 + z * (1 / 720 + z * (1 / 5040 + z * (1 / 40320 + z / 362880)));
  return POWERS[whole] * (1 + z * (1 + z * (1 / 2 + z * (1 / 6 + z * (1 / 24 + z * high)))));
}
