import { type Estimate, estimate, type Quality } from './quality';

/**
 * Splits units in thirds by a value.
 * @returns indices of the lowest, the middle and the highest third; equal values stay in order
 */
export function thirds(values: readonly number[]): [low: number[], middle: number[], high: number[]] {
  const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
  const cut = (third: number): number => Math.round((third * order.length) / 3);
  return [order.slice(0, cut(1)), order.slice(cut(1), cut(2)), order.slice(cut(2))];
}

/**
 * Change of lnRank of some of the units against a reference, paired; units in which nothing was ranked do not count.
 * @param group indices of the units; all when absent
 */
export function lnRankChange(
  units: readonly Quality[],
  reference: readonly Quality[],
  group: readonly number[] = [...units.keys()],
): Estimate {
  const ranked = group.filter((n) => units[n].events > 0 && reference[n].events > 0);
  return estimate(ranked.map((n) => units[n].lnRank - reference[n].lnRank));
}
