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
  const slopes = TERMS.map((name) => {
    const term = values[name];
    let mean = 0;
    for (let n = 0; n < candidates.length; n++) mean += shares[n] * term[candidates[n]];
    return [name, term[chosen] - mean];
  });
  return Object.fromEntries(slopes) as Record<TermName, number>;
}
