import { expect, it } from 'vitest';
import { purchaseStreams, rankRepeats, repeatShare } from './repeat-ranks';

const DAY = 24 * 3600 * 1000;
const popularity = [10, 10, 90, 10];
const stream = (...purchases: [row: number, day: number][]) => ({
  id: 'u',
  rows: purchases.map(([row]) => row),
  times: purchases.map(([, day]) => day * DAY),
});

it('counts the choices that repeat an earlier one', () => {
  expect(repeatShare([stream([0, 1], [1, 2], [0, 3], [0, 4]), stream([2, 1])], 110)).toBe(2 / 5);
  expect(repeatShare([stream([0, 1], [1, 2], [0, 3], [0, 4])], 2)).toBe(0);
});

it('ranks each repeat among what was bought on earlier visits', () => {
  const ranked = (...purchases: Parameters<typeof stream>) =>
    Object.fromEntries(
      rankRepeats(popularity, [stream(...purchases)]).map(({ name, units }) => [name, units[0].ranks]),
    );
  // Item 2 is more popular in this shop than the others.
  expect(ranked([0, 1], [2, 1], [1, 2], [2, 11])).toEqual({ recency: [2.5], frequency: [2.5], again: [1] });
  // Bought twice before, compared with once more recently.
  expect(ranked([0, 1], [0, 11], [1, 12], [0, 21])).toMatchObject({ recency: [2], frequency: [1] });
  // Two repeats at once are not ranked against each other; a purchase on the same visit is not a repeat.
  expect(ranked([0, 1], [1, 1], [3, 2], [0, 11], [1, 11], [0, 11.01])).toMatchObject({ recency: [2, 2] });
  expect(ranked([0, 1], [0, 2])).toEqual({ recency: [], frequency: [], again: [] });
});

it('follows the purchases of some shoppers', () => {
  const event = (user: string, item: string, time: number) => ({ user, item, time });
  const rowOf = new Map([
    ['a', 0],
    ['b', 1],
  ]);
  const shoppers = [{ id: 'u', rows: [0, 1, 1], times: [1, 2, 3] }];
  const purchases = [event('u', 'b', 2), event('v', 'a', 3), event('u', 'gone', 4)];
  expect(purchaseStreams(shoppers, purchases, rowOf)).toEqual([{ id: 'u', rows: [1], times: [2] }]);
});
