import { isWithoutBasis, TERMS, type TermName, type TermValues } from './terms/terms';

export type TermWeights = Record<TermName, number>;

/** Weighted sum of the terms, one score per item. A term with a non-finite weight is left out. */
export function scores(values: TermValues, weights: TermWeights): Float32Array {
  const out = new Float32Array(values.recent.length);
  for (const name of TERMS) {
    const [weight, term] = [weights[name], values[name]];
    if (weight === 0 || !Number.isFinite(weight) || isWithoutBasis(term)) continue;
    for (let i = 0; i < out.length; i++) out[i] += weight * term[i];
  }
  return out;
}

/** Contribution of each term to one item's score: weight times value; zero ones are left out. */
export function termContributions(
  values: TermValues,
  weights: TermWeights,
  row: number,
): Partial<Record<TermName, number>> {
  const contributions: Partial<Record<TermName, number>> = {};
  for (const name of TERMS) {
    const contribution = weights[name] * values[name][row];
    if (contribution !== 0 && Number.isFinite(weights[name])) contributions[name] = contribution;
  }
  return contributions;
}

/** Maximum number of rows kept in order while the scores are read; more rows are sorted. */
const MAX_ORDERED_ROWS = 4096;

/**
 * Rows of the `limit` highest scores, best first; equal scores keep catalogue order; NaN scores are left out.
 * @param allowed rows that may be returned, default all; called only for rows that would be among them
 */
export function topRows(score: Float32Array, limit: number, allowed: (row: number) => boolean = () => true): number[] {
  const rows: number[] = [];
  const sorted = limit > MAX_ORDERED_ROWS;
  for (let row = 0; row < score.length; row++) {
    const value = score[row];
    const isFull = !sorted && rows.length === limit;
    if (Number.isNaN(value) || (isFull && !(value > score[rows[limit - 1]])) || !allowed(row)) continue;
    let low = sorted ? rows.length : 0;
    for (let high = rows.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (value > score[rows[middle]]) high = middle;
      else low = middle + 1;
    }
    rows.splice(low, 0, row);
    if (isFull) rows.pop();
  }
  return sorted ? rows.sort((a, b) => score[b] - score[a] || a - b).slice(0, limit) : rows;
}

/**
 * Place of item `row` among all items but the excluded ones, from 1; the item itself always competes. Equal scores keep
 * catalogue order, as `topRows` does. A NaN score ranks behind all others, including other NaN scores.
 * @param excluded rows, repeats allowed
 */
export function rankOf(score: Float32Array, row: number, excluded: Iterable<number>): number {
  const own = score[row];
  const ahead = Number.isNaN(own)
    ? (other: number): boolean => other !== row && other in score
    : (other: number): boolean => score[other] > own || (score[other] === own && other < row);
  let rank = 1;
  for (let other = 0; other < score.length; other++) if (ahead(other)) rank++;
  for (const other of new Set(excluded)) if (ahead(other)) rank--;
  return rank;
}
