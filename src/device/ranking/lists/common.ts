import type { Item } from '../../../core/catalog';
import type { CatalogIndex } from '../catalog-index';
import type { Scored } from './scored';
import { variedOrder } from './varied-order';

/** Availabilities in the order of a varied list. */
const BY_AVAILABILITY: readonly Item['availability'][] = ['in-stock', 'preorder', 'out-of-stock'];

/** Source and reason of an item without a personal reason: it counts as popular only if somebody chose it. */
export function commonReason({ items, variants }: CatalogIndex): Pick<Scored, 'source' | 'reasonKind'> {
  const isPopular = (row: number): boolean => ((variants ? variants.popularity[row] : items[row].popularity) ?? 0) > 0;
  return {
    source: (row) => (isPopular(row) ? 'popularity' : 'catalog'),
    reasonKind: (row) => ({ kind: isPopular(row) ? 'popular' : 'none' }),
  };
}

/**
 * Items by current sales, or by popularity, the same for every shopper; if popularity is unknown, items of every category in
 * turn.
 */
export function commonList(index: CatalogIndex, holds: (row: number) => boolean): Scored {
  const score = index.hasPopularity ? (index.trend ?? index.logPopularity) : variety(index, holds);
  const name = index.hasPopularity ? 'popularity' : 'variety';
  const contributions = (row: number): Record<string, number> => (score[row] === 0 ? {} : { [name]: score[row] });
  return {
    score,
    holds,
    contributions,
    ...commonReason(index),
    breakdown: (row) => ({ contributions: contributions(row), contributors: new Map() }),
  };
}

/** From 1 for the first item of a varied list down to 1 / n for the last of n; 0 for items outside the list. */
function variety({ items, categories }: CatalogIndex, holds: (row: number) => boolean): Float32Array {
  const held = [...items.keys()].filter(holds);
  const order = BY_AVAILABILITY.flatMap((availability) =>
    variedOrder(
      categories,
      held.filter((row) => items[row].availability === availability),
    ),
  );
  const score = new Float32Array(items.length);
  for (const [place, row] of order.entries()) score[row] = 1 - place / order.length;
  return score;
}
