import { expect, it } from 'vitest';
import type { Quality } from './quality';
import { lnRankChange, thirds } from './quality';

it('splits units in thirds by a value', () => {
  expect(thirds([30, 10, 20, 60, 50, 40])).toEqual([
    [1, 2],
    [0, 5],
    [4, 3],
  ]);
  expect(thirds([3, 1, 2, 2]).flat()).toHaveLength(4);
  expect(thirds([7])).toEqual([[], [0], []]);
});

it('compares the units of a group', () => {
  const units = (...lnRanks: number[]): Quality[] =>
    lnRanks.map((lnRank) => ({ events: lnRank > 0 ? 1 : 0, hr10: 0, ndcg10: 0, mrr: 0, lnRank }));
  const [now, before] = [units(1, 2, 3, 0), units(2, 2, 6, 5)];
  expect(lnRankChange(now, before, [0, 1]).mean).toBe(-0.5);
  expect(lnRankChange(now, before, [0, 1]).se).toBeCloseTo(0.5);
  expect(lnRankChange(now, before, [2, 3])).toEqual({ mean: -3, se: 0 });
  expect(lnRankChange(now, before).mean).toBeCloseTo(-4 / 3);
});
