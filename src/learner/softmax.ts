import { TERMS, type TermName, type TermValues } from '../ranking';

/** A choice among candidates, as a score predicts it. */
export interface Softmax {
  /** -log p(chosen), nats. */
  loss: number;
  /** Probability of each candidate, in their order. */
  shares: Float64Array;
}

/**
 * Softmax of the score over the candidates.
 * @param score one per item
 * @param chosen row of the chosen item
 * @param candidates rows it was chosen from, `chosen` among them
 */
export function softmaxOver(score: Float32Array, chosen: number, candidates: ArrayLike<number>): Softmax {
  const max = highest(score, candidates);
  const shares = new Float64Array(candidates.length);
  let total = 0;
  for (let n = 0; n < candidates.length; n++) {
    const value = exponential(score[candidates[n]] - max);
    shares[n] = value;
    total += value;
  }
  for (let n = 0; n < candidates.length; n++) shares[n] /= total;
  return { loss: Math.log(total) + max - score[chosen], shares };
}

/** The loss of `softmaxOver` alone. */
export function lossOver(score: Float32Array, chosen: number, candidates: ArrayLike<number>): number {
  const max = highest(score, candidates);
  let total = 0;
  for (let n = 0; n < candidates.length; n++) total += exponential(score[candidates[n]] - max);
  return Math.log(total) + max - score[chosen];
}

/** The largest score of the candidates; NaN where one is NaN. */
function highest(score: Float32Array, candidates: ArrayLike<number>): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < candidates.length; n++) {
    const value = score[candidates[n]];
    if (!(value <= max)) max = value > max ? value : Number.NaN;
  }
  return max;
}

/** 2^-n. */
const POWERS = Float64Array.from({ length: 1100 }, (_, n) => 2 ** -n);

/** e^x for x up to 0, with a relative error below 1e-9: `Math.exp` takes three times as long, and it is most of a softmax. */
function exponential(x: number): number {
  const whole = Math.floor(0.5 - x * Math.LOG2E);
  // Also where x is not a number.
  if (!(whole < POWERS.length)) return x < 0 ? 0 : Number.NaN;
  const z = x + whole * Math.LN2;
  const high = 1 / 120 + z * (1 / 720 + z * (1 / 5040 + z * (1 / 40320 + z / 362880)));
  return POWERS[whole] * (1 + z * (1 + z * (1 / 2 + z * (1 / 6 + z * (1 / 24 + z * high)))));
}

/** Of each term, its value for the chosen item minus its expected value over the candidates. */
export function slopesOf(
  values: TermValues,
  chosen: number,
  candidates: ArrayLike<number>,
  shares: Float64Array,
): Record<TermName, number> {
  const slopes: [TermName, number][] = [];
  for (let from = 0; from < TERMS.length; from += 4) {
    const names = TERMS.slice(from, from + 4);
    const means = meansOf(
      names.map((name) => values[name]),
      candidates,
      shares,
    );
    for (const [n, name] of names.entries()) slopes.push([name, values[name][chosen] - means[n]]);
  }
  return Object.fromEntries(slopes) as Record<TermName, number>;
}

/** Expected values of up to four terms: sums that do not wait for each other. */
function meansOf(
  [a, b = a, c = a, d = a]: readonly Float32Array[],
  candidates: ArrayLike<number>,
  shares: Float64Array,
): [number, number, number, number] {
  let [p, q, r, s] = [0, 0, 0, 0];
  for (let n = 0; n < candidates.length; n++) {
    const row = candidates[n];
    const share = shares[n];
    p += share * a[row];
    q += share * b[row];
    r += share * c[row];
    s += share * d[row];
  }
  return [p, q, r, s];
}
