import { isWithoutBasis, TERMS, type TermName, type TermValues } from './terms/terms';

export type TermWeights = Record<TermName, number>;

/** Weighted sum of the terms, one score per item. A term with a non-finite weight is left out. */
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

/** Adds four terms: each sum is read and written once for all four, and rounded to 32 bits after each. */
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

/** Maximum number of rows kept in order while the scores are read; more rows are sorted. */
const MAX_ORDERED_ROWS = 4096;

/**
 * Rows of the `limit` highest scores, best first; equal scores keep catalogue order; NaN scores are left out.
 * @param allowed rows that may be returned, default all; called only for rows that would be among them
 */
export function topRows(score: Float32Array, limit: number, allowed: (row: number) => boolean = () => true): number[] {
  const rows: number[] = [];
  const most = limit > MAX_ORDERED_ROWS ? score.length : limit;
  /** The lowest score among them; null while fewer than `limit` are found. */
  let least = most > 0 ? null : Number.POSITIVE_INFINITY;
  for (let row = 0; row < score.length; row++) {
    const value = score[row];
    if (least === null ? Number.isNaN(value) : !(value > least)) continue;
    if (!allowed(row)) continue;
    let low = limit > MAX_ORDERED_ROWS ? rows.length : 0;
    for (let high = rows.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (value > score[rows[middle]]) high = middle;
      else low = middle + 1;
    }
    rows.splice(low, 0, row);
    if (rows.length > most) rows.pop();
    if (rows.length === most) least = score[rows[most - 1]];
  }
  return limit > MAX_ORDERED_ROWS ? rows.sort((a, b) => score[b] - score[a] || a - b).slice(0, limit) : rows;
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
