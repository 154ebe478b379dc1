import { categoryPrefixes } from '../../../core/catalog';
import { kept } from '../../../core/common/grouped';
import { type ChoiceHistory, NO_RECORD } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import type { RankState } from '../rank-state';
import { arrange, type PlaceShares } from './apply-rules';

type Chosen = Pick<RankState, 'history' | 'record'>;

/** Default of the rule `tastes`. */
const TASTES = 0.5;
/** Maximum number of choices of a visit that show the tastes, and the factor by which each later choice lessens what one counts. */
const [CHOICES, FADING] = [20, 0.9];
/** Minimum share of a department to be a taste. */
const MIN_SHARE = 0.1;

/**
 * The shares of a list of `for-you`. If the shopper's only choices are picks, each pick has the same. Otherwise each department has a
 * part of its share of the visit's choices (calibration: Steck, 2018), so that a list after looks in three departments is not all of
 * the last one. Null where nothing is to be shared.
 * @param tastes the part, 0 to 1. Default 0.5
 */
export function placeShares(index: CatalogIndex, state: Chosen, tastes = TASTES): PlaceShares | null {
  return pickShares(index, state) ?? departmentShares(index, state, tastes);
}

function departmentShares({ categories }: CatalogIndex, { history }: Chosen, tastes: number): PlaceShares | null {
  if (tastes === 0) return null;
  const { paths, pathOf, departments } = categories;
  // In a tree of one level, each category is a department.
  const groupOf = (row: number): number | undefined => {
    const department = departments.ofItem[row];
    return department >= 0 ? department : flat(paths[pathOf[row]][0]);
  };
  // A new visit without a choice continues the last one.
  const last = history.rows.slice(-Math.min(CHOICES, history.visit || CHOICES));
  const counts = new Map<number | undefined, number>();
  let total = 0;
  for (const [n, row] of last.entries()) {
    const weight = FADING ** (last.length - 1 - n) * (history.strengths.at(n - last.length) ?? 1);
    counts.set(groupOf(row), (counts.get(groupOf(row)) ?? 0) + weight);
    total += weight;
  }
  const least = new Map<number, number>();
  for (const [group, count] of counts) {
    if (group !== undefined && count >= MIN_SHARE * total) least.set(group, (tastes * count) / total);
  }
  return least.size < 2 ? null : { groupOf, least };
}

/** Number of a category that is no part of a department, apart from the numbers of departments. */
const flat = (category: number | undefined): number | undefined => (category === undefined ? undefined : -1 - category);

/** An item belongs to the pick that has most levels of its categories in common with it, or of equal ones to the most similar. */
function pickShares(
  { items, similarities }: CatalogIndex,
  { history, record = NO_RECORD }: Chosen,
): PlaceShares | null {
  if (history.rows.some((row) => !record.picked.has(row))) return null;
  const picks = [...new Set(history.rows)];
  if (picks.length < 2) return null;
  const similar = similarities.similaritiesToEach(picks);
  const prefixes = picks.map((row) => new Set(categoryPrefixes(items[row].category)));
  const known = new Map<number, number>();
  const groupOf = (row: number): number =>
    kept(known, row, () => {
      const own = categoryPrefixes(items[row].category);
      const closeness = picks.map((_, n) => own.filter((name) => prefixes[n].has(name)).length + similar[n][row] / 2);
      return picks[closeness.indexOf(Math.max(...closeness))];
    });
  return { groupOf, least: new Map(picks.map((row) => [row, 1])) };
}

/** Number of places that `inListOrder` arranges. */
const PLACES = 10;

/** Scores by which the items that were not chosen have the order of `for-you`. */
export function inListOrder(index: CatalogIndex, history: ChoiceHistory, scores: Float32Array): Float32Array {
  const shares = placeShares(index, { history });
  if (shares === null) return scores;
  const chosen = new Set(history.rows);
  const list = arrange(index, { score: scores, holds: (row) => !chosen.has(row) }, { limit: PLACES, shares });
  const top = list.reduce((most, { row }) => Math.max(most, scores[row]), Number.NEGATIVE_INFINITY);
  const ordered = scores.slice();
  for (const [place, { row }] of list.entries()) ordered[row] = top + list.length - place;
  return ordered;
}
