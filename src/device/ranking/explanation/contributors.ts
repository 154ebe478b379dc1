import type { CatalogIndex } from '../catalog-index';
import { NEAREST } from '../nearest-neighbors';
import { productOf } from '../product-variants';
import type { RankState } from '../rank-state';
import { similarity, vectorOf, weightedMean } from '../similarities';
import { choiceTable, cooccurrenceContributions } from '../terms/cooccurrence';
import { sideContributions } from '../terms/side-scores';
import { MAX_HISTORY, recencyWeights, SESSION } from '../terms/terms';

/**
 * The contribution of each past item to the score of an item, by the terms that compare items: content, co-occurrence and the
 * side model. Terms of the whole history (category, numbers) and the shopper's experts are not attributed to past items, nor
 * is the similarity of an item to its own earlier choice.
 * @returns the contributions to one item, by row of the past item
 */
export function contributorsFor(
  index: CatalogIndex,
  { history, weights }: Pick<RankState, 'history' | 'weights'>,
): (row: number) => Map<number, number> {
  const { content: vectors } = index;
  const rows = history.rows.slice(-MAX_HISTORY);
  const strengths = history.strengths.slice(-MAX_HISTORY);
  const product = productOf(index);
  const table = choiceTable(index);
  const pastItems = [...new Set(rows)];
  /** Share of each past item in the terms that compare an item with a weighted mean. */
  const shares = new Map<number, number>();
  const addMean = (pastRows: readonly number[], strength: ArrayLike<number>, weight: number): void => {
    if (weight === 0 || pastRows.length === 0) return;
    const query = weightedMean(vectors, pastRows, strength);
    const length = pastRows.reduce((sum, past, n) => {
      const vector = vectorOf(vectors, past);
      return sum + strength[n] * vector.reduce((product, value, at) => product + value * query[at], 0);
    }, 0);
    if (length === 0) return;
    for (const [n, past] of pastRows.entries())
      shares.set(past, (shares.get(past) ?? 0) + (weight * strength[n]) / length);
  };
  addMean(rows, recencyWeights(strengths), weights.recent);
  addMean(rows.slice(-SESSION), strengths.slice(-SESSION), weights.session);
  const products = rows.map(product);
  const side = index.side ? sideContributions(index.side, products) : null;
  /** The first choice of each product. */
  const choices = new Map(rows.toReversed().map((row) => [product(row), row]));
  const choiceOf = (of: number): number => choices.get(of) ?? of;

  return (row) => {
    const contributors = new Map<number, number>();
    const add = (past: number, contribution: number): void => {
      // A product is not a reason for itself.
      if (product(past) !== product(row)) contributors.set(past, (contributors.get(past) ?? 0) + contribution);
    };
    const similar = pastItems.map((past) => ({
      past,
      value: index.similarities.cached(past)?.[row] ?? similarity(vectors, past, row),
    }));
    for (const { past, value } of similar) add(past, (shares.get(past) ?? 0) * value);
    const nearest = similar.sort((a, b) => b.value - a.value).slice(0, NEAREST);
    for (const { past, value } of nearest) add(past, (weights.nearestHistory * value) / nearest.length);
    if (table) {
      const parts = cooccurrenceContributions(table, products, product(row));
      for (const [past, lift] of parts) add(choiceOf(past), weights.boughtTogether * lift);
    }
    // The remainder of the term is the item's bias, which no choice explains.
    for (const [past, contribution] of side?.(product(row)) ?? [])
      add(choiceOf(past), weights.sideModel * contribution);
    return contributors;
  };
}
