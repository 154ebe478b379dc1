import { expect, it } from 'vitest';
import type { Interaction } from './interactions';
import { repeatShareOf } from './repeats';

const DAY = 24 * 3600 * 1000;

/** One shopper's purchases of an item at these days. */
const bought = (row: number, days: readonly number[], user = 'u'): Interaction[] =>
  days.map((day) => ({ user, row, time: day * DAY }));
const sorted = (...purchases: Interaction[][]): Interaction[] => purchases.flat().sort((a, b) => a.time - b.time);

it('counts as repeats the purchases of the same item by the same shopper on another visit', () => {
  const purchases = sorted(bought(0, [1, 11, 31]), bought(0, [2], 'other'), bought(1, [1, 1.01]));
  // Of 5 purchases (the second of item 1 is on the same visit), 2 are repeats.
  expect(repeatShareOf(purchases)).toBe(2 / 5);
  expect(repeatShareOf(bought(0, [1, 1.01]))).toBeUndefined();
  expect(repeatShareOf([])).toBeUndefined();
});
