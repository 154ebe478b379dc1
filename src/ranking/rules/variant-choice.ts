import type { CatalogIndex } from '../catalog-index';
import type { RankRequest } from '../rank';
import type { RankState } from '../rank-state';
import { scores } from '../score';
import { termValues } from '../terms/terms';
import { strengthOf } from './apply-boosts';

/** From best to worst. */
const AVAILABILITY = ['in-stock', 'preorder', 'out-of-stock'];

/**
 * Limits what is admitted to one variant of each product: one in stock before one that can be ordered or is sold out, then one
 * of `own`, then the one that the shop boosts most, then for a shopper with a history the one of the highest personal score,
 * then the cheapest, then the first of the catalogue.
 * @param own what the list is about, where it is about the shopper's own items
 */
export function oneVariant(
  index: CatalogIndex,
  state: RankState,
  { boost = [], bury = [], variants: shown }: NonNullable<RankRequest['rules']>,
  own: { has(row: number): boolean },
  admits: (row: number) => boolean,
): (row: number) => boolean {
  const { items, variants } = index;
  if (!variants || shown === 'all') return admits;
  const [boosted, buried] = [strengthOf(boost), strengthOf(bury)];
  const personal = state.history.rows.length > 0 && scores(state.terms ?? termValues(index, state), state.weights);
  /** The most important first; the lowest is best. */
  const order = (row: number): number[] => [
    AVAILABILITY.indexOf(items[row].availability),
    own.has(row) ? 0 : 1,
    buried(items[row]) - boosted(items[row]),
    personal ? -personal[row] : 0,
    items[row].price ?? Number.MAX_VALUE,
  ];
  const chosen = new Map<readonly number[], number | undefined>();
  return (row) => {
    const rows = variants.of[row];
    if (!rows) return admits(row);
    if (!chosen.has(rows)) {
      let best: number[] | undefined;
      for (const other of rows) {
        if (!admits(other)) continue;
        const own = order(other);
        const differs = own.findIndex((value, n) => value !== best?.[n]);
        if (best && !(own[differs] < best[differs])) continue;
        best = own;
        chosen.set(rows, other);
      }
      if (!best) chosen.set(rows, undefined);
    }
    return chosen.get(rows) === row;
  };
}
