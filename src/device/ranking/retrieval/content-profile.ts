import { baseVectors, type ClusterDirectory, type ContentVectors, type PrincipalAxes } from '../../../core/catalog';
import type { ChoiceHistory } from '../../../core/events';
import { NEAREST } from '../nearest-neighbors';
import { type TermWeights, topRows } from '../score';
import { vectorOf, weightedMean } from '../similarities';
import { MAX_HISTORY, recencyWeights, SESSION } from '../terms/terms';

/** Maximum number of the last past items whose neighbors are searched. */
const MAX_PAST_ITEMS = 20;

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
export function contentScores(
  { width, recent, session, past }: ContentProfile,
  weights: ContentWeights,
  vectors: Int8Array | Float32Array,
  scales?: Float32Array,
): Float32Array {
  const mean = recent.map((value, d) => weights.recent * value + weights.session * session[d]);
  const product = (query: Float32Array, row: number): number => {
    let sum = 0;
    for (let d = 0, at = row * width; d < width; d++, at++) sum += query[d] * vectors[at];
    return sum;
  };
  return Float32Array.from({ length: vectors.length / width }, (_, row) => {
    const nearest = past.map((item) => product(item, row)).sort((a, b) => b - a);
    const largest = nearest.slice(0, NEAREST);
    const similar = largest.reduce((sum, value) => sum + value, 0) / Math.max(1, largest.length);
    return (scales?.[row] ?? 1) * (product(mean, row) + weights.nearestHistory * similar);
  });
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
