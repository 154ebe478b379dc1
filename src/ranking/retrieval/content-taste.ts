import { baseVectors, type ContentVectors, type PrincipalAxes } from '../../catalog';
import type { TermWeights } from '../score';
import { vectorOf, weightedMean } from '../similarities';
import { LONGEST_HISTORY, recencyWeights, SESSION, type Taste } from '../terms';

/** Past items that are looked for company of, the last ones. */
const MOST_PAST = 20;
/** Past items that the closest ones are the mean of, as in the term `closest`. */
const CLOSEST = 3;

/** What the content terms of the personal score see of a history, as unit vectors of one space. */
export interface ContentTaste {
  width: number;
  /** [width]: recency-weighted mean. */
  recent: Float32Array;
  /** [width]: mean of the last 3. */
  session: Float32Array;
  /** The last items, each once, newest first; at most 20. */
  past: Float32Array[];
}

/** Weights of the terms that content says something to. */
export type ContentWeights = Pick<TermWeights, 'recent' | 'session' | 'closest'>;

/** The content taste of a history; null without one. @param content of the items that the history's rows are about */
export function contentTaste(
  content: ContentVectors,
  { rows, strengths }: Pick<Taste, 'rows' | 'strengths'>,
): ContentTaste | null {
  if (rows.length === 0) return null;
  const last = [...new Set(rows.toReversed())].slice(0, MOST_PAST);
  return {
    width: content.width,
    recent: weightedMean(content, rows.slice(-LONGEST_HISTORY), recencyWeights(strengths.slice(-LONGEST_HISTORY))),
    session: weightedMean(content, rows.slice(-SESSION), strengths.slice(-SESSION)),
    past: last.map((row) => vectorOf(content, row)),
  };
}

/** The same taste in the space of base vectors. */
export function baseTaste(taste: ContentTaste, axes: PrincipalAxes): ContentTaste {
  const project = (values: Float32Array): Float32Array => baseVectors(axes, { count: 1, width: taste.width, values });
  return {
    width: axes.dims,
    recent: project(taste.recent),
    session: project(taste.session),
    past: taste.past.map(project),
  };
}

/**
 * The part of the personal score that content decides: weighted sum of the similarities to the recent taste, to the
 * session, and to the three closest past items.
 * @param vectors rows of the taste's space
 * @param scales one per row, which its values are multiplied by; default 1
 * @param used how many of a row's first values are looked at; default all of them
 * @returns one score per row
 */
export function contentScores(
  { width, recent, session, past }: ContentTaste,
  weights: ContentWeights,
  vectors: Int8Array | Float32Array,
  scales?: Float32Array,
  used = width,
): Float32Array {
  const count = vectors.length / width;
  const out = new Float32Array(count);
  const mean = recent.map((value, d) => weights.recent * value + weights.session * session[d]);
  const share = weights.closest / Math.max(1, Math.min(CLOSEST, past.length));
  // One row at a time in floating point: arithmetic on one kind of array is several times faster than on two.
  const item = new Float32Array(used);
  for (let row = 0; row < count; row++) {
    for (let d = 0, at = row * width; d < used; d++, at++) item[d] = vectors[at];
    let first = Number.NEGATIVE_INFINITY;
    let second = Number.NEGATIVE_INFINITY;
    let third = Number.NEGATIVE_INFINITY;
    for (let n = 0; n < past.length; n++) {
      const like = product(item, past[n]);
      if (like <= third) continue;
      third = like;
      if (like > second) [second, third] = [like, second];
      if (like > first) [first, second] = [like, first];
    }
    const closest = (past.length > 0 ? first : 0) + (past.length > 1 ? second : 0) + (past.length > 2 ? third : 0);
    out[row] = (product(item, mean) + share * closest) * (scales ? scales[row] : 1);
  }
  return out;
}

/** Dot product with as much of `y` as `x` has. Four sums at a time do not wait for each other. */
function product(x: Float32Array, y: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let at = 0;
  for (; at + 3 < x.length; at += 4) {
    a += x[at] * y[at];
    b += x[at + 1] * y[at + 1];
    c += x[at + 2] * y[at + 2];
    d += x[at + 3] * y[at + 3];
  }
  for (; at < x.length; at++) a += x[at] * y[at];
  return a + b + c + d;
}
