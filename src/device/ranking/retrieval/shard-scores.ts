import type { ContentVectors, ScoreEntries } from '../../../core/catalog';
import type { ChoiceHistory } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import { NEAREST } from '../nearest-neighbors';
import type { TermWeights } from '../score';
import { dot, vectorOf, weightedMean } from '../similarities';
import { sideQueries } from '../terms/side-scores';
import { MAX_HISTORY, recencyWeights, SESSION } from '../terms/terms';

/** Maximum number of the last past items whose neighbours are searched. */
const MAX_PAST_ITEMS = 20;

/** Vectors and weights of the personal score, apart from single items. */
interface ScoreQuery {
  /** [content width], already weighted. */
  content: Float32Array;
  /** Content vectors of the last distinct choices, newest first, and the weight of the mean of the 3 largest similarities to them. */
  past: Float32Array[];
  nearestHistory: number;
  /** [side width], already weighted; null without a side model. */
  side: Float32Array | null;
  bias: number;
  popularity: number;
}

/**
 * Chooses shards by the score that ranks: by the side model and its neighbours, or without one by content and popularity.
 * @param history rows of the index
 * @returns null without a history
 */
export function personalScores(
  { content, side, variants }: Pick<CatalogIndex, 'content' | 'side' | 'variants'>,
  { rows, strengths, orders }: Pick<ChoiceHistory, 'rows' | 'strengths' | 'orders'>,
  weights: TermWeights,
): ScoreEntries | null {
  if (rows.length === 0) return null;
  const last = [...new Set(rows.toReversed())].slice(0, MAX_PAST_ITEMS);
  const products = (variants?.first(rows) ?? rows).slice(-MAX_HISTORY);
  const query = side && sideQueries(side, { rows: products, orders: orders?.slice(-MAX_HISTORY) })();
  return scored({
    content: query ? new Float32Array(content.width) : contentQuery(content, { rows, strengths }, weights),
    past: last.map((row) => vectorOf(content, row)),
    nearestHistory: weights.nearestHistory,
    side: query?.map((value) => weights.sideModel * value) ?? null,
    bias: weights.sideModel,
    popularity: weights.popularity,
  });
}

/** Chooses shards by the similarity of content to an item, or to an encoded query. @param content [content width] */
export const contentScores = (content: Float32Array): ScoreEntries =>
  scored({ content, past: [], nearestHistory: 0, side: null, bias: 0, popularity: 0 });

function contentQuery(
  content: ContentVectors,
  { rows, strengths }: Pick<ChoiceHistory, 'rows' | 'strengths'>,
  weights: Pick<TermWeights, 'recent' | 'session'>,
): Float32Array {
  const recent = weightedMean(content, rows.slice(-MAX_HISTORY), recencyWeights(strengths.slice(-MAX_HISTORY)));
  const session = weightedMean(content, rows.slice(-SESSION), strengths.slice(-SESSION));
  return recent.map((value, d) => weights.recent * value + weights.session * session[d]);
}

const scored =
  ({ content, past, nearestHistory, side, bias, popularity }: ScoreQuery): ScoreEntries =>
  (node) =>
    Float32Array.from(node.popularity, (popular, entry) => {
      const nearest = past.map((item) => dot(vectorOf(node.content, entry), item)).sort((a, b) => b - a);
      const largest = nearest.slice(0, NEAREST);
      const similar = largest.reduce((sum, value) => sum + value, 0) / Math.max(1, largest.length);
      const learned = side ? dot(vectorOf(node.side, entry), side) + bias * node.biases[entry] : 0;
      return dot(vectorOf(node.content, entry), content) + nearestHistory * similar + learned + popularity * popular;
    });
