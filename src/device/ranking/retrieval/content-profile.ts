import { baseVectors, type ClusterDirectory, type ContentVectors, type PrincipalAxes } from '../../../core/catalog';
import { type Rows, rowProducts } from '../../../core/common/row-products';
import type { ChoiceHistory } from '../../../core/events';
import { NEAREST } from '../nearest-neighbors';
import { type TermWeights, topRows } from '../score';
import { vectorOf, weightedMean } from '../similarities';
import { MAX_HISTORY, recencyWeights, SESSION } from '../terms/terms';

/** Maximum number of the last past items whose neighbors are searched. */
const MAX_PAST_ITEMS = 20;
/** Number of items whose products with the profile are in memory at a time. */
const BLOCK = 256;

/** A history as the content terms of the personal score use it: unit vectors of one space. */
export interface ContentProfile {
  width: number;
  /** [width]: recency-weighted mean. */
  recent: Float32Array;
  /** [width]: mean of the last 3. */
  session: Float32Array;
  /** The last 20 distinct items, newest first. */
  past: Float32Array[];
}

export type ContentWeights = Pick<TermWeights, 'recent' | 'session' | 'nearestHistory'>;

/** The content profile of a history; null for an empty one. @param content of the items that the history's rows name */
export function contentProfile(
  content: ContentVectors,
  { rows, strengths }: Pick<ChoiceHistory, 'rows' | 'strengths'>,
): ContentProfile | null {
  if (rows.length === 0) return null;
  const last = [...new Set(rows.toReversed())].slice(0, MAX_PAST_ITEMS);
  return {
    width: content.width,
    recent: weightedMean(content, rows.slice(-MAX_HISTORY), recencyWeights(strengths.slice(-MAX_HISTORY))),
    session: weightedMean(content, rows.slice(-SESSION), strengths.slice(-SESSION)),
    past: last.map((row) => vectorOf(content, row)),
  };
}

/** The same profile in the space of base vectors. */
export function baseProfile(profile: ContentProfile, axes: PrincipalAxes): ContentProfile {
  const project = (values: Float32Array): Float32Array => baseVectors(axes, { count: 1, width: profile.width, values });
  return {
    width: axes.dims,
    recent: project(profile.recent),
    session: project(profile.session),
    past: profile.past.map(project),
  };
}

/**
 * The personal score only by content: weighted sum of the similarities to the recent history, to the session, and to
 * the three nearest past items.
 * @param vectors rows of the profile's space
 * @param scales one factor per row for its values; default 1
 * @returns one score per row
 */
export const contentScores = (
  profile: ContentProfile,
  weights: ContentWeights,
  vectors: Int8Array | Float32Array,
  scales?: Float32Array,
): Float32Array => new ContentScorer(profile, weights).scores(vectors, scales);

/** `contentScores` for one profile and several sets of rows. */
export class ContentScorer {
  readonly #width: number;
  readonly #past: number;
  readonly #share: number;
  readonly #queries: Rows;
  readonly #items: Rows;
  readonly #products: Float64Array;

  constructor({ width, recent, session, past }: ContentProfile, weights: ContentWeights) {
    this.#width = width;
    this.#past = past.length;
    this.#share = weights.nearestHistory / Math.max(1, Math.min(NEAREST, past.length));
    const count = 1 + past.length;
    const values = new Float64Array(count * width);
    for (let d = 0; d < width; d++) values[d] = weights.recent * recent[d] + weights.session * session[d];
    for (const [n, item] of past.entries()) values.set(item, (1 + n) * width);
    this.#queries = { count, length: width, values };
    this.#items = { count: BLOCK, length: width, values: new Float64Array(BLOCK * width) };
    this.#products = new Float64Array(BLOCK * count);
  }

  scores(vectors: Int8Array | Float32Array, scales?: Float32Array): Float32Array {
    const count = vectors.length / this.#width;
    const out = new Float32Array(count);
    const queries = this.#queries.count;
    for (let start = 0; start < count; start += BLOCK) {
      const rows = Math.min(BLOCK, count - start);
      this.#copy(vectors, start, rows);
      const products = rowProducts({ ...this.#items, count: rows }, this.#queries, this.#products);
      for (let row = 0, at = 0; row < rows; row++, at += queries) {
        const score = products[at] + this.#share * sumOfLargest(products, at + 1, this.#past);
        out[start + row] = scales ? score * scales[start + row] : score;
      }
    }
    return out;
  }

  /** Copies rows into floating point: arithmetic on one type of array is several times faster than on two. */
  #copy(vectors: Int8Array | Float32Array, start: number, rows: number): void {
    const from = start * this.#width;
    this.#items.values.set(vectors.subarray(from, from + rows * this.#width));
  }
}

/** Clusters whose mean item suits a profile best, best first. @param profile in the space of base vectors */
export function nearestClusters(
  { centroids: { values, scales } }: Pick<ClusterDirectory, 'centroids'>,
  profile: ContentProfile,
  weights: ContentWeights,
  most: number,
): number[] {
  return topRows(contentScores(profile, weights, values, scales), most);
}

/** Sum of the 3 largest of `count` values, or of all if there are fewer. */
function sumOfLargest(values: Float64Array, from: number, count: number): number {
  let first = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  let third = Number.NEGATIVE_INFINITY;
  for (let at = from; at < from + count; at++) {
    const value = values[at];
    if (value <= third) continue;
    if (value > first) {
      third = second;
      second = first;
      first = value;
    } else if (value > second) {
      third = second;
      second = value;
    } else third = value;
  }
  return (count > 0 ? first : 0) + (count > 1 ? second : 0) + (count > 2 ? third : 0);
}
