import { isWithoutBasis, TERMS, type TermName, type TermValues } from './terms/terms';

/** Weight of each term. */
export type TermWeights = Record<TermName, number>;

/** Weighted sum of the terms, one score per item. A term whose weight is not finite is left out. */
export function scores(values: TermValues, weights: TermWeights): Float32Array {
  const out = new Float32Array(values.recent.length);
  const used = TERMS.filter(
    (name) => weights[name] !== 0 && Number.isFinite(weights[name]) && !isWithoutBasis(values[name]),
  );
  const whole = used.length - (used.length % 4);
  for (let n = 0; n < whole; n += 4) addFour(out, used.slice(n, n + 4), values, weights);
  for (const name of used.slice(whole)) {
    const [weight, term] = [weights[name], values[name]];
    for (let i = 0; i < out.length; i++) out[i] += weight * term[i];
  }
  return out;
}

/** Adds four terms: each sum is read and written once for all of them, and rounded to 32 bits after each. */
function addFour(out: Float32Array, names: readonly TermName[], values: TermValues, weights: TermWeights): void {
  const [a, b, c, d] = names.map((name) => values[name]);
  const [p, q, r, s] = names.map((name) => weights[name]);
  for (let i = 0; i < out.length; i++) {
    let sum = Math.fround(out[i] + p * a[i]);
    sum = Math.fround(sum + q * b[i]);
    sum = Math.fround(sum + r * c[i]);
    out[i] = sum + s * d[i];
  }
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
  if (limit <= FEW) return topFew(score, limit, allowed);
  const threshold = lowestOfTop(score, limit, allowed);
  const rows: number[] = [];
  for (let row = 0; row < score.length; row++) if (score[row] >= threshold && allowed(row)) rows.push(row);
  rows.sort((a, b) => score[b] - score[a] || a - b);
  return rows.slice(0, limit);
}

/** Rows that are kept in order while the scores are read, rather than found by quickselect. */
const FEW = 64;

/** `topRows` for a short list: only of a row that would be in it is asked whether it is allowed. */
function topFew(score: Float32Array, limit: number, allowed: (row: number) => boolean): number[] {
  const rows: number[] = [];
  /** Score of the last one of a full list. */
  let least = Number.NaN;
  for (let row = 0; row < score.length; row++) {
    const value = score[row];
    if (value <= least || Number.isNaN(value) || !allowed(row)) continue;
    let place = rows.length;
    while (place > 0 && value > score[rows[place - 1]]) place--;
    rows.splice(place, 0, row);
    if (rows.length > limit) rows.pop();
    if (rows.length === limit) least = limit > 0 ? score[rows[limit - 1]] : Number.POSITIVE_INFINITY;
  }
  return rows;
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
