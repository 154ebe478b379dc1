import { expect, it } from 'vitest';
import { cooccurrence } from '../../device/ranking/terms/cooccurrence';
import { linkCooccurrence } from './cooccurrence';

const CATEGORIES = ['Shirt', 'Shirt', 'Shirt', 'Belt', 'Belt', 'Hat'];
const liftsOf = (table: ReturnType<typeof linkCooccurrence>, row: number) => cooccurrence(table, { rows: [row] }, 6);

it("puts own links first, then the category's; a category without links has no entries", () => {
  const links = [
    { from: 0, to: 3 },
    { from: 0, to: 3 },
    { from: 1, to: 4 },
  ];
  const table = linkCooccurrence(links, CATEGORIES);
  const [first, second, unlinked] = [0, 1, 2].map((row) => liftsOf(table, row));
  expect(first[3]).toBeGreaterThan(first[4]);
  expect(second[4]).toBeGreaterThan(first[4]);
  expect(unlinked[3]).toBeGreaterThan(unlinked[4]);
  expect(unlinked[4]).toBeGreaterThan(0);
  for (const row of [3, 4, 5]) expect(liftsOf(table, row).every((lift) => lift === 0)).toBe(true);
  // n(0, 3) = 2 of 2; the category's share is 2 of 3, smoothed by the shop's 2 of 3; by chance, one of six items.
  const category = (2 + 4 * (2 / 7)) / 7;
  expect(first[3]).toBeCloseTo(Math.log1p((6 * (2 + 4 * category)) / 6), 5);
});

it('ignores a link of an item to itself, and gives no entry for a share at chance', () => {
  const everywhere = [3, 4, 5].map((to) => ({ from: 0, to }));
  const chance = [0, 0, 0, 0.9, 0.05, 0.05];
  const table = linkCooccurrence([...everywhere, { from: 0, to: 0 }], CATEGORIES, chance);
  const lifts = liftsOf(table, 0);
  expect([lifts[0], lifts[3]]).toEqual([0, 0]);
  expect(lifts[4]).toBeGreaterThan(0);
});
