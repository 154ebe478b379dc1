import type { ShopperRecord } from '../../events';
import type { CatalogueIndex } from '../catalog-index';
import type { Scored } from '../lists/scored';
import { itemFilter } from './item-filter';
import type { Push, Rules } from './rules';

/** Standard deviations that rotation takes away at most. */
const ROTATION_REACH = 2;
/** Times shown after which half of it is taken away. */
const ROTATION_HALF = 3;

/**
 * A list whose scores the rules `boost`, `bury` and `rotation` changed, each as a named part of its own.
 * @param now milliseconds since the epoch
 */
export function adjusted(
  index: CatalogueIndex,
  scored: Scored,
  record: ShopperRecord,
  { boost = [], bury = [], rotation = 0 }: Rules,
  now: number,
): Scored {
  if (boost.length === 0 && bury.length === 0 && rotation === 0) return scored;
  const spread = deviation(scored);
  const [raised, lowered] = [pushOf(boost), pushOf(bury)];
  const changes = (row: number): Record<string, number> => {
    const item = index.items[row];
    const tired = rotation === 0 ? 0 : 1 - 2 ** (-record.timesShown(row, now) / ROTATION_HALF);
    const all = {
      boost: spread * raised(item),
      bury: -spread * lowered(item),
      rotation: -spread * ROTATION_REACH * rotation * tired,
    };
    return Object.fromEntries(Object.entries(all).filter(([, part]) => part !== 0));
  };
  const score = scored.score.map((value, row) => Object.values(changes(row)).reduce((sum, part) => sum + part, value));
  return {
    ...scored,
    score,
    parts: (row) => ({ ...scored.parts(row), ...changes(row) }),
    attribution: (row) => {
      const { parts, because } = scored.attribution(row);
      return { parts: { ...parts, ...changes(row) }, because };
    },
  };
}

/** Sum of the pushes that fit an item. */
function pushOf(pushes: readonly Push[]): (item: CatalogueIndex['items'][number]) => number {
  const tests = pushes.map(({ filter, by = 1 }) => ({ fits: itemFilter(filter), by }));
  return (item) => tests.reduce((sum, { fits, by }) => (fits(item) ? sum + by : sum), 0);
}

/** Standard deviation of the scores that the list may hold, as far as they are finite; 1 where they are all the same. */
function deviation({ score, holds }: Scored): number {
  const known = score.filter((value, row) => Number.isFinite(value) && holds(row));
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  const square = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, known.length);
  return Math.sqrt(square) || 1;
}
