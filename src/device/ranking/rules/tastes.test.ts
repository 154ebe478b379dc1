import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalog, chose } from '../../../../testing/rankings';
import { rank } from '../rank';
import { scores } from '../score';
import { termValues } from '../terms/terms';
import { arrange, type PlaceShares } from './apply-rules';
import type { Rules } from './rules';
import { inListOrder, placeShares } from './tastes';

const DEPARTMENTS = ['Books', 'Garden', 'Toys'];
const COUNT = 24;
/** Items of three departments in turn; the scores of the last department are the highest. */
const index = catalog(
  Array.from({ length: COUNT }, (_, row) => ({ category: `${DEPARTMENTS[row % 3]}/Kind ${row % 6}`, popularity: row })),
);
const departmentOf = (row: number): string => index.items[row].category.split('/')[0];

describe('the places of for-you', () => {
  /** The shopper looked at two products of each department, one after the other. */
  const state = chose(0, 3, 1, 4, 2, 5);
  const list = (rules: Rules = {}, limit = 6) =>
    rank(index, state, { placement: 'for-you', row: null, limit, exclude: new Set(), rules }).map(({ row }) => row);

  it('are shared by the departments of the last choices, the last of which has most', () => {
    const names = (limit: number, tastes?: number) => new Set(list({ tastes }, limit).map(departmentOf));
    expect(names(6, 0)).toEqual(new Set(['Garden', 'Toys']));
    expect(names(6, 1)).toEqual(new Set(DEPARTMENTS));
    expect(names(9)).toEqual(new Set(DEPARTMENTS));
  });

  it('go to the highest scores with the rule tastes: 0, which other placements always do', () => {
    const values = termValues(index, state);
    const order = scores(values, state.weights);
    const best = [...order.keys()]
      .filter((row) => !state.history.rows.includes(row))
      .sort((a, b) => order[b] - order[a] || a - b);
    expect(list({ tastes: 0 })).toEqual(best.slice(0, 6));
  });

  it('are as before where only one department was looked at, and where the others are far from a tenth', () => {
    for (const rows of [
      [0, 3, 6],
      [1, ...Array.from({ length: 8 }, (_, n) => 3 * n), 0, 3, 6, 9, 12, 15, 18, 21, 0, 3, 6, 9, 12],
    ])
      expect(placeShares(index, chose(...rows))).toBeNull();
  });

  it('are shared by categories of one level, and by no items without a category', () => {
    const flat = catalog(Array.from({ length: 8 }, (_, row) => ({ category: ['Tea', 'Mugs', '', ''][row % 4] })));
    const shares = placeShares(flat, chose(0, 1, 2));
    expect([...(shares?.least.values() ?? [])].map((share) => share.toFixed(3))).toEqual(['0.149', '0.166']);
    expect(shares?.groupOf(0)).toBe(shares?.groupOf(4));
    expect(shares?.groupOf(2)).toBeUndefined();
  });
});

const sharedPlaces = (
  score: Float32Array,
  limit: number,
  holds: (row: number) => boolean,
  shares: PlaceShares,
): number[] => arrange(index, { score, holds }, { limit, shares }).map(({ row }) => row);

it('gives each group its places among the first n, and leaves the others to the scores', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 30, maxLength: 30 }),
      fc.tuple(fc.double({ min: 0.1, max: 0.3, noNaN: true }), fc.double({ min: 0.1, max: 0.3, noNaN: true })),
      (values, [one, other]) => {
        const least = new Map([
          [0, one],
          [1, other],
        ]);
        const groupOf = (row: number): number => row % 3;
        const score = Float32Array.from(values);
        const places = sharedPlaces(score, 10, (row) => row > 1, { groupOf, least });
        expect(new Set(places).size).toBe(10);
        for (let n = 1; n <= 10; n++) {
          for (const [group, share] of least) {
            const own = places.slice(0, n).filter((row) => groupOf(row) === group).length;
            // Two groups may want the same place; one of them then has the next.
            expect(own).toBeGreaterThanOrEqual(Math.floor(share * (n - 1) + 1e-9));
          }
        }
        // Each group keeps the order of its scores.
        for (const group of [0, 1, 2]) {
          const own = places.filter((row) => groupOf(row) === group).map((row) => score[row]);
          expect(own).toEqual([...own].sort((a, b) => b - a));
        }
      },
    ),
  );
});

it('lets groups with a share of 1 take turns, however many there are', () => {
  const least = new Map(Array.from({ length: 5 }, (_, group) => [group, 1]));
  const score = Float32Array.from({ length: 30 }, (_, row) => (row % 5 === 0 ? 10 : 0) - row / 100);
  const places = sharedPlaces(score, 8, () => true, { groupOf: (row) => row % 5, least });
  expect(places.map((row) => row % 5)).toEqual([0, 1, 2, 3, 4, 0, 1, 2]);
});

it('makes scores that have the order of the list, where chosen items do not count', () => {
  const state = chose(0, 3, 1, 4, 2, 5);
  const score = scores(termValues(index, state), state.weights);
  const ordered = inListOrder(index, state.history, score);
  const list = rank(index, state, { placement: 'for-you', row: null, limit: 10, exclude: new Set() });
  const left = [...ordered.keys()].filter((row) => !state.history.rows.includes(row));
  const best = left.sort((a, b) => ordered[b] - ordered[a] || a - b);
  expect(best.slice(0, 10)).toEqual(list.map(({ row }) => row));
  expect(inListOrder(index, chose(0, 3).history, score)).toBe(score);
});
