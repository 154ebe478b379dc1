import type { ContentVectors, ScoreEntries } from '../../../core/catalog';
import type { ChoiceHistory } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import { NEAREST } from '../nearest-neighbors';
import { productOf } from '../placement';
import type { TermWeights } from '../score';
import { dot, vectorOf, weightedMean } from '../similarities';
import { sideQueries } from '../terms/side-scores';
import { MAX_HISTORY, recencyWeights, SESSION } from '../terms/terms';

/** Maximum number of the last past items whose neighbours are searched. */
const MAX_PAST_ITEMS = 20;

/**
 * Chooses shards by the score that ranks: by the side model and its neighbours, or without one by content and popularity.
 * @param history rows of the index
 * @returns null without a history
 */
export function personalScores(
  index: Pick<CatalogIndex, 'content' | 'side' | 'variants'>,
  { rows, strengths, orders }: Pick<ChoiceHistory, 'rows' | 'strengths' | 'orders'>,
  weights: TermWeights,
): ScoreEntries | null {
  if (rows.length === 0) return null;
  const { content, side } = index;
  // The last distinct choices, the newest first.
  const last = [...new Set(rows.toReversed())].slice(0, MAX_PAST_ITEMS).map((row) => vectorOf(content, row));
  const products = rows.slice(-MAX_HISTORY).map(productOf(index));
  const query = side && sideQueries(side, { rows: products, orders: orders?.slice(-MAX_HISTORY) })();
  const weighted =
    query?.map((value) => weights.sideModel * value) ?? contentQuery(content, { rows, strengths }, weights);
  return (node) =>
    Float32Array.from(node.popularity, (popular, entry) => {
      const own = vectorOf(node.content, entry);
      const nearest = last.map((item) => dot(own, item)).sort((a, b) => b - a);
      const largest = nearest.slice(0, NEAREST);
      const similar = largest.reduce((sum, value) => sum + value, 0) / Math.max(1, largest.length);
      const learned = query
        ? dot(vectorOf(node.side, entry), weighted) + weights.sideModel * node.biases[entry]
        : dot(own, weighted);
      return learned + weights.nearestHistory * similar + weights.popularity * popular;
    });
}

/** Chooses shards by the similarity of content to an item, or to an encoded query. @param content [content width] */
export const contentScores =
  (content: Float32Array): ScoreEntries =>
  (node) =>
    Float32Array.from(node.popularity, (_, entry) => dot(vectorOf(node.content, entry), content));

function contentQuery(
  content: ContentVectors,
  { rows, strengths }: Pick<ChoiceHistory, 'rows' | 'strengths'>,
  weights: Pick<TermWeights, 'recent' | 'session'>,
): Float32Array {
  const recent = weightedMean(content, rows.slice(-MAX_HISTORY), recencyWeights(strengths.slice(-MAX_HISTORY)));
  const session = weightedMean(content, rows.slice(-SESSION), strengths.slice(-SESSION));
  return recent.map((value, d) => weights.recent * value + weights.session * session[d]);
}
