import { scores, type TermValues, type TermWeights, topRows } from '../../ranking';

/** Items that may come into a list: the best by all that is not learned by the experts of the ladders. */
const CANDIDATES = 1000;
/** Past items that a taste is made of, as in the term `experts`. */
const PAST = 200;

/**
 * The rows whose embeddings the next list needs: those of the history, and the candidates.
 * @param history item rows, oldest first
 * @returns each row once
 */
export function expertCandidates(terms: TermValues, weights: TermWeights, history: readonly number[]): number[] {
  const candidates = topRows(scores(terms, { ...weights, experts: 0 }), CANDIDATES);
  return [...new Set([...history.slice(-PAST), ...candidates])];
}
