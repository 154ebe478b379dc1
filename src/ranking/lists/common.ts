import type { Item } from '../../catalog';
import type { CatalogueIndex } from '../catalog-index';
import type { Scored } from './scored';
import { variedOrder } from './varied-order';

/** Availabilities in the order of a varied list. */
const BY_AVAILABILITY: readonly Item['availability'][] = ['in-stock', 'preorder', 'out-of-stock'];

/** Source and ground of an item that is in a list for no personal reason. */
export function commonGround({ hasPopularity }: CatalogueIndex): Pick<Scored, 'source' | 'ground'> {
  return {
    source: () => (hasPopularity ? 'popularity' : 'catalogue'),
    ground: () => ({ kind: hasPopularity ? 'popular' : 'catalogue' }),
  };
}

/** Items by popularity, the same for every shopper; where it is unknown, some of every category. */
export function commonList(index: CatalogueIndex, holds: (row: number) => boolean): Scored {
  const score = index.hasPopularity ? index.logPopularity : variety(index, holds);
  const name = index.hasPopularity ? 'popularity' : 'variety';
  const parts = (row: number): Record<string, number> => (score[row] === 0 ? {} : { [name]: score[row] });
  return {
    score,
    holds,
    parts,
    ...commonGround(index),
    attribution: (row) => ({ parts: parts(row), because: new Map() }),
  };
}

/** From 1 for the first item of a varied list down to 1 / n for the last of n; 0 for those that it does not hold. */
function variety({ items, categories }: CatalogueIndex, holds: (row: number) => boolean): Float32Array {
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
