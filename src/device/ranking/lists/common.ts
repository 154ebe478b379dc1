import type { Item } from '../../../core/catalog';
import type { CatalogIndex } from '../catalog-index';
import type { CategoryIndex } from '../terms/category-preference';
import type { Scored } from './scored';

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

/**
 * Orders items round-robin over categories: the first of each, then the second of each, and so on; within a category
 * over its subcategories in the same way. Categories, and the items of one, keep their order.
 * @param rows in catalogue order; an item counts for the first of its category paths
 */
export function variedOrder(categories: Pick<CategoryIndex, 'ofItem' | 'names'>, rows: readonly number[]): number[] {
  const levels = categories.names.map((name) => name.split('/').length - 1);
  /** The category at a level of the path; undefined if the path ends earlier. */
  const categoryAt = (row: number, level: number): number | undefined => {
    const id: number | undefined = categories.ofItem[row][level];
    // After the last level of a path the item's next path begins.
    return id !== undefined && levels[id] === level ? id : undefined;
  };
  const order = (some: readonly number[], level: number): readonly number[] => {
    const groups = new Map<number | undefined, number[]>();
    for (const row of some) {
      const id = categoryAt(row, level);
      const group = groups.get(id);
      if (group) group.push(row);
      else groups.set(id, [row]);
    }
    return interleaved([...groups].map(([id, group]) => (id === undefined ? group : order(group, level + 1))));
  };
  return [...order(rows, 0)];
}

/** The first of each list, then the second of each, and so on. */
function interleaved(lists: (readonly number[])[]): number[] {
  const out: number[] = [];
  for (let turn = 0, left = lists; left.length > 0; turn++) {
    left = left.filter((list) => turn < list.length);
    for (const list of left) out.push(list[turn]);
  }
  return out;
}
