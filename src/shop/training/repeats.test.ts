import { describe, expect, it } from 'vitest';
import type { Interaction } from './interactions';
import { repeatsOf } from './repeats';

const DAY = 24 * 3600 * 1000;

/** One shopper's purchases of an item at these days. */
const bought = (row: number, days: readonly number[], user = 'u'): Interaction[] =>
  days.map((day) => ({ user, row, time: day * DAY }));
const sorted = (...purchases: Interaction[][]): Interaction[] => purchases.flat().sort((a, b) => a.time - b.time);

describe('repeats of a log', () => {
  it('are purchases of the same item by the same shopper, on another visit', () => {
    const purchases = sorted(bought(0, [1, 11, 31]), bought(0, [2], 'other'), bought(1, [1, 1.01]));
    const repeats = repeatsOf(purchases, ['', '']);
    // Of 5 purchases (the second of item 1 is on the same visit), 2 are repeats, after 10 and after 20 days.
    expect(repeats).toMatchObject({ share: 2 / 5, interval: 15 });
    expect(repeatsOf(bought(0, [1, 1.01]), [''])).toBeUndefined();
    expect(repeatsOf([], [''])).toBeUndefined();
  });

  it('have an interval by item if there are enough, else by category, else of the shop', () => {
    const weekly = Array.from({ length: 30 }, (_, n) => 7 * n);
    const daily = Array.from({ length: 6 }, (_, n) => n);
    const purchases = sorted(bought(0, weekly), bought(1, daily), bought(3, [0, 50]), bought(4, [0, 90, 180]));
    const repeats = repeatsOf(purchases, ['Food/Coffee', 'Food/Bread', 'Food', 'Tools', '']);
    expect([...(repeats?.intervals ?? [])]).toEqual([7, 1, 7, 7, 7]);
    const far = repeatsOf(sorted(bought(0, weekly), bought(1, [0, 50, 100])), ['Food/Coffee', 'Tools']);
    // Too few in tools: the shop's.
    expect([...(far?.intervals ?? [])]).toEqual([7, 7]);
  });

  it('have a share by item, shrunk towards the share of the category or the shop', () => {
    const often = Array.from({ length: 101 }, (_, n) => n);
    const users = Array.from({ length: 120 }, (_, n) => bought(1, [n], `u${n}`));
    const repeats = repeatsOf(sorted(bought(0, often), ...users), ['Food', 'Tools', 'Food', 'Tools', '']);
    const [food, tool, newFood, newTool, other] = repeats?.shares ?? [];
    expect(food).toBeGreaterThan(0.9);
    expect(newFood).toBeGreaterThan(0.9);
    expect(tool).toBe(0);
    expect(newTool).toBe(0);
    expect(other).toBeCloseTo(100 / 221, 5);
  });
});
