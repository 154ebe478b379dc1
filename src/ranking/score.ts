import { TERMS, type TermName, type TermValues } from './terms/terms';

/** Weight of each term. */
export type TermWeights = Record<TermName, number>;

/** Weighted sum of the terms, one score per item. A term whose weight is not finite is left out. */
export function scores(values: TermValues, weights: TermWeights): Float32Array {
  const out = new Float32Array(values.recent.length);
  for (const name of TERMS) {
    const weight = weights[name];
    if (weight === 0 || !Number.isFinite(weight)) continue;
    const term = values[name];
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

/**
 * Rows of the `limit` highest scores, best first; equal scores keep catalogue order; scores that are NaN are left out.
 * @param allowed rows that may be returned, default all
 */
export function topRows(score: Float32Array, limit: number, allowed: (row: number) => boolean = () => true): number[] {
  const threshold = lowestOfTop(score, limit, allowed);
  const rows: number[] = [];
  for (let row = 0; row < score.length; row++) if (score[row] >= threshold && allowed(row)) rows.push(row);
  rows.sort((a, b) => score[b] - score[a] || a - b);
  return rows.slice(0, limit);
}

/** The `limit`-th highest score, by quickselect; NaN is passed over. */
function lowestOfTop(score: Float32Array, limit: number, allowed: (row: number) => boolean): number {
  const known = new Float32Array(score.length);
  let count = 0;
  for (let row = 0; row < score.length; row++) {
    if (!Number.isNaN(score[row]) && allowed(row)) known[count++] = score[row];
  }
  if (count <= limit) return Number.NEGATIVE_INFINITY;
  const wanted = count - limit;
  for (let low = 0, high = count - 1; low < high; ) {
    const middle = known[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (known[i] < middle) i++;
      while (known[j] > middle) j--;
      if (i > j) break;
      const swapped = known[i];
      known[i++] = known[j];
      known[j--] = swapped;
    }
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else break;
  }
  return known[wanted];
}

/**
 * Place of item `row` among all items but the excluded ones, from 1; the item itself always competes. Equal scores keep
 * catalogue order, as `topRows` does. A score that is NaN ranks behind all others, also those that are NaN.
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
