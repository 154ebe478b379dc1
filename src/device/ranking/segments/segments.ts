import { categoryPaths, type Item } from '../../../core/catalog';
import type { CatalogIndex } from '../catalog-index';
import type { Scored } from '../lists/scored';
import { type RankedItem, type RankRequest, rankedItem, scoreAll } from '../rank';
import type { RankState } from '../rank-state';
import { arrange } from '../rules/arrange';
import { topRows } from '../score';

/** The common property of a segment's items. */
export type SegmentField = 'category' | `attributes.${string}`;

export interface SegmentPlan {
  by: SegmentField;
  /** Levels of the category path that count. */
  depth: number;
  /** Maximum number of segments. */
  limit: number;
  /** Maximum number of items per segment. */
  items: number;
}

export interface RankedSegment {
  value: string;
  score: number;
  /** Named contributions that add up to the score. */
  contributions: Record<string, number>;
  /** Number of items that the list may contain. */
  count: number;
  items: RankedItem[];
}

/** Number of items in the mean of a segment's score. */
const SCORED_ITEMS = 5;

/**
 * Ranks segments by the scores of a list's request: each has the mean score of its five best items; missing items count as
 * average items of the list, so a segment of one item needs a better item than a large segment. Ties keep the order of their
 * best items.
 */
export function rankSegments(
  index: CatalogIndex,
  state: RankState,
  request: RankRequest,
  { by, depth, limit, items }: SegmentPlan,
): RankedSegment[] {
  const { scored, shownBefore = new Set<number>() } = scoreAll(index, state, request);
  const order = topRows(scored.score, scored.score.length, scored.holds);
  const average = order.reduce((sum, row) => sum + scored.score[row], 0) / Math.max(1, order.length);
  const segments = new Map<string, number[]>();
  for (const row of order) {
    for (const value of valuesOf(index.items[row], by, depth)) {
      const rows = segments.get(value);
      if (rows) rows.push(row);
      else segments.set(value, [row]);
    }
  }
  const scoreOf = (rows: readonly number[]): number => {
    const best = rows.slice(0, SCORED_ITEMS);
    return (
      (best.reduce((sum, row) => sum + scored.score[row], 0) + (SCORED_ITEMS - best.length) * average) / SCORED_ITEMS
    );
  };
  return [...segments]
    .map(([value, rows]) => ({ value, rows, score: scoreOf(rows) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ value, rows, score }) => {
      const own = new Set(rows);
      const places = arrange(
        index,
        { ...scored, holds: (row) => own.has(row) },
        { limit: items, rules: { ...request.rules, pin: [] }, pinnable: () => false, shownBefore },
      );
      return {
        value,
        score,
        contributions: contributionsOf(scored, rows, average),
        count: rows.length,
        items: places.map((place) => rankedItem(index, scored, place, request)),
      };
    });
}

/** Means of the contributions to the best items, including the stand-in for missing items. */
function contributionsOf(scored: Scored, rows: readonly number[], average: number): Record<string, number> {
  const best = rows.slice(0, SCORED_ITEMS);
  const sums: Record<string, number> = {};
  for (const row of best) {
    for (const [name, part] of Object.entries(scored.contributions(row)))
      sums[name] = (sums[name] ?? 0) + part / SCORED_ITEMS;
  }
  const missing = ((SCORED_ITEMS - best.length) * average) / SCORED_ITEMS;
  return missing === 0 ? sums : { ...sums, average: missing };
}

/** The segments of an item, each once. */
export function valuesOf({ category, attributes }: Item, by: SegmentField, depth: number): Iterable<string> {
  if (by === 'category') {
    return new Set(categoryPaths(category).map((path) => path.split('/').slice(0, depth).join('/')));
  }
  const name = by.slice('attributes.'.length);
  const value = Object.hasOwn(attributes, name) ? attributes[name] : [];
  return new Set([value].flat().map(String).filter(Boolean));
}
