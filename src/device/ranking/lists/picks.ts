import { categoryPrefixes } from '../../../core/catalog';
import { NO_RECORD } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import type { RankState } from '../rank-state';

/**
 * The picks of a shopper whose only choices are picks share the list: each item belongs to the pick that has most levels of
 * its categories in common with it, or of equal ones to the most similar.
 * @returns the row of an item's pick; null for shoppers with other choices
 */
export function pickOfItems(
  { items, similarities }: CatalogIndex,
  { history, record = NO_RECORD }: RankState,
): ((row: number) => number) | null {
  const picks = [...new Set(history.rows)];
  if (picks.length < 2 || picks.some((row) => !record.picked.has(row))) return null;
  const similar = similarities.similaritiesToEach(picks);
  const prefixes = picks.map((row) => new Set(categoryPrefixes(items[row].category)));
  const known = new Map<number, number>();
  return (row) => {
    let pick = known.get(row);
    if (pick === undefined) {
      const own = categoryPrefixes(items[row].category);
      const closeness = picks.map((_, n) => own.filter((name) => prefixes[n].has(name)).length + similar[n][row] / 2);
      pick = picks[closeness.indexOf(Math.max(...closeness))];
      known.set(row, pick);
    }
    return pick;
  };
}
