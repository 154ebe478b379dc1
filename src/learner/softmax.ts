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
  let max = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < candidates.length; n++) max = Math.max(max, score[candidates[n]]);
  let total = 0;
  const shares = new Float64Array(candidates.length);
  for (let n = 0; n < candidates.length; n++) {
    shares[n] = Math.exp(score[candidates[n]] - max);
    total += shares[n];
  }
  for (let n = 0; n < candidates.length; n++) shares[n] /= total;
  return { loss: Math.log(total) + max - score[chosen], shares };
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
