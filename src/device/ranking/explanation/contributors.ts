import type { CatalogIndex } from '../catalog-index';
import { productOf } from '../product-variants';
import type { RankState } from '../rank-state';
import { similarity, vectorOf, weightedMean } from '../similarities';
import { choiceTable, cooccurrenceContributions } from '../terms/cooccurrence';
import { sideContributions } from '../terms/side-scores';
import { MAX_HISTORY, recencyWeights, SESSION } from '../terms/terms';

/** Past items and their contributions to scores. */
export interface Contributors {
  /** Rows of the past items, each once. */
  pastItems: readonly number[];
  /**
   * The contribution of each past item to the score of an item; NaN for items of its product, because a product is not a reason
   * for itself.
   */
  of(row: number): Float64Array;
}

/**
 * The contribution of each past item to the score of an item, by the terms that compare items: content, co-occurrence and the
 * side model. Terms of the whole history (category, numbers) and the shopper's experts are not attributed to past items, nor
 * is the similarity of an item to its own earlier choice.
 */
export function contributorsFor(
  index: CatalogIndex,
  { history, weights }: Pick<RankState, 'history' | 'weights'>,
): Contributors {
  const { content: vectors } = index;
  const rows = history.rows.slice(-MAX_HISTORY);
  const strengths = history.strengths.slice(-MAX_HISTORY);
  const product = productOf(index);
  const table = choiceTable(index);
  const products = rows.map(product);
  // Lists ask for the contributions to each of their items: all arrays below are by place in the past items.
  const pastItems = [...new Set(rows)];
  const pastProducts = pastItems.map(product);
  const places = new Map(pastItems.map((past, place) => [past, place]));
  const placeOf = (past: number): number => places.get(past) ?? -1;
  /** The first choice of each product. */
  const firstChoices = new Map(rows.toReversed().map((row) => [product(row), placeOf(row)]));
  const firstChoice = (of: number): number => firstChoices.get(of) ?? -1;
  /** Share of each past item in the terms that compare an item with a weighted mean. */
  const shares = new Float64Array(pastItems.length);
  const addMean = (pastRows: readonly number[], strength: ArrayLike<number>, weight: number): void => {
    if (weight === 0 || pastRows.length === 0) return;
    const query = weightedMean(vectors, pastRows, strength);
    let length = 0;
    for (const [n, past] of pastRows.entries()) length += strength[n] * dot(vectorOf(vectors, past), query);
    if (length === 0) return;
    for (const [n, past] of pastRows.entries()) shares[placeOf(past)] += (weight * strength[n]) / length;
  };
  addMean(rows, recencyWeights(strengths), weights.recent);
  addMean(rows.slice(-SESSION), strengths.slice(-SESSION), weights.session);
  const side = index.side ? sideContributions(index.side, products) : null;
  const sidePlaces = side?.rows.map(firstChoice) ?? [];
  const nearestTo = index.nearestHistory.neighbors(rows);
  // Beside a side model, only the nearest items count.
  const inMeans = shares.some((share) => share !== 0);
  const cached = inMeans ? pastItems.map((past) => index.similarities.cached(past)) : [];

  const of = (row: number): Float64Array => {
    const parts = new Float64Array(pastItems.length);
    if (inMeans) {
      for (const [place, past] of pastItems.entries())
        parts[place] = shares[place] * (cached[place]?.[row] ?? similarity(vectors, past, row));
    }
    const nearest = nearestTo(row);
    for (const { row: past, similarity: value } of nearest)
      parts[placeOf(past)] += (weights.nearestHistory * value) / nearest.length;
    if (table) {
      for (const [past, lift] of cooccurrenceContributions(table, products, product(row)))
        parts[firstChoice(past)] += weights.boughtTogether * lift;
    }
    // The remainder of the term is the item's bias, which no choice explains.
    const ofSide = side?.of(product(row)) ?? [];
    for (let n = 0; n < ofSide.length; n++) parts[sidePlaces[n]] += weights.sideModel * ofSide[n];
    for (let place = 0; place < parts.length; place++)
      if (pastProducts[place] === product(row)) parts[place] = Number.NaN;
    return parts;
  };
  return { pastItems, of };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d] * b[d];
  return sum;
}
