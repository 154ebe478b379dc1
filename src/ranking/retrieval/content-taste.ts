import { baseVectors, type ContentVectors, type PrincipalAxes } from '../../catalog';
import { rowProducts } from '../../row-products';
import type { TermWeights } from '../score';
import { vectorOf, weightedMean } from '../similarities';
import { LONGEST_HISTORY, recencyWeights, SESSION, type Taste } from '../terms';

/** Past items that are looked for company of, the last ones. */
const MOST_PAST = 20;
/** Past items that the closest ones are the mean of, as in the term `closest`. */
const CLOSEST = 3;
/** Items whose products with the taste are in memory at a time. */
const BLOCK = 256;

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
  const asked = 1 + past.length;
  const queries = { count: asked, length: used, values: new Float64Array(asked * used) };
  for (let d = 0; d < used; d++) queries.values[d] = weights.recent * recent[d] + weights.session * session[d];
  for (const [n, item] of past.entries()) queries.values.set(item.subarray(0, used), (1 + n) * used);
  const share = weights.closest / Math.max(1, Math.min(CLOSEST, past.length));
  for (let start = 0; start < count; start += BLOCK) {
    const rows = Math.min(BLOCK, count - start);
    const items = new Float64Array(rows * used);
    for (let row = 0, to = 0; row < rows; row++) {
      for (let d = 0, at = (start + row) * width; d < used; d++, at++, to++) items[to] = vectors[at];
    }
    const products = rowProducts({ count: rows, length: used, values: items }, queries);
    for (let row = 0; row < rows; row++) {
      const at = row * asked;
      const score = products[at] + share * closest(products, at + 1, past.length);
      out[start + row] = score * (scales ? scales[start + row] : 1);
    }
  }
  return out;
}

/** Sum of the 3 largest of `count` values, or of all where there are fewer. */
function closest(values: Float64Array, from: number, count: number): number {
  let first = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  let third = Number.NEGATIVE_INFINITY;
  for (let at = from; at < from + count; at++) {
    const like = values[at];
    if (like <= third) continue;
    third = like;
    if (like > second) {
      third = second;
      second = like;
    }
    if (like > first) {
      second = first;
      first = like;
    }
  }
  return (count > 0 ? first : 0) + (count > 1 ? second : 0) + (count > 2 ? third : 0);
}
