import type { ShopperRecord } from '../../../core/events';
import type { CatalogIndex } from '../catalog-index';
import type { Scored } from '../lists/scored';
import { itemFilter } from './item-filter';
import type { Push, Rules } from './rules';

/** Maximum number of standard deviations that rotation subtracts. */
const MAX_ROTATION = 2;
/** Number of impressions after which half of the maximum is subtracted. */
const HALF_ROTATION_TIMES = 3;

/**
 * Applies the rules `boost`, `bury` and `rotation` to the scores, each as a named contribution.
 * @param now milliseconds since the epoch
 */
export function applyBoosts(
  index: CatalogIndex,
  scored: Scored,
  record: ShopperRecord,
  { boost = [], bury = [], rotation = 0 }: Rules,
  now: number,
): Scored {
  if (boost.length === 0 && bury.length === 0 && rotation === 0) return scored;
  const spread = deviation(scored.score.filter((value, row) => Number.isFinite(value) && scored.holds(row)));
  const [boosted, buried] = [strengthOf(boost), strengthOf(bury)];
  const changes = (row: number): Record<string, number> => {
    const item = index.items[row];
    const fatigue = rotation === 0 ? 0 : 1 - 2 ** (-record.timesShown(row, now) / HALF_ROTATION_TIMES);
    const all = {
      boost: spread * boosted(item),
      bury: -spread * buried(item),
      rotation: -spread * MAX_ROTATION * rotation * fatigue,
    };
    return Object.fromEntries(Object.entries(all).filter(([, contribution]) => contribution !== 0));
  };
  const score = scored.score.map((value, row) =>
    Object.values(changes(row)).reduce((sum, contribution) => sum + contribution, value),
  );
  return {
    ...scored,
    score,
    contributions: (row) => ({ ...scored.contributions(row), ...changes(row) }),
    breakdown: (row, ofTerms) => {
      const breakdown = scored.breakdown(row, ofTerms);
      return { ...breakdown, contributions: { ...breakdown.contributions, ...changes(row) } };
    },
  };
}

/** Summed strength of the pushes whose filter fits an item. */
export function strengthOf(pushes: readonly Push[]): (item: CatalogIndex['items'][number]) => number {
  const tests = pushes.map(({ filter, strength = 1 }) => ({ fits: itemFilter(filter), strength }));
  return (item) => tests.reduce((sum, { fits, strength }) => (fits(item) ? sum + strength : sum), 0);
}

/** Standard deviation of the scores of the items that a list may contain, which must be finite; 1 if they are all equal. */
export function deviation(known: Float32Array): number {
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  const square = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, known.length);
  return Math.sqrt(square) || 1;
}
