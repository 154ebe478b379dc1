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
