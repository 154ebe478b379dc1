import { expect, it } from 'vitest';
import { randomOf } from './seeds';
import { attentionAt, clickOn } from './shopper';
import type { Taste } from './world';

/** A taste that wants all items equally. */
const taste = (weight: (row: number) => number = () => 1): Taste => ({
  weights: Float64Array.from({ length: 10 }, (_, row) => weight(row)),
  best: [],
  favorites: 0,
  usual: 1,
});
const list = [...Array(10).keys()];

/** Clicks by place, and none, over many lists. */
function clicks(of: Taste, shown: readonly number[] = list, lists = 20_000): number[] {
  const counts = Array<number>(10).fill(0);
  for (let n = 0; n < lists; n++) {
    const row = clickOn(shown, of, randomOf(5, n));
    if (row !== null) counts[shown.indexOf(row)]++;
  }
  return counts.map((count) => count / lists);
}

it('always views the first place, and lower places less often', () => {
  expect(list.map(attentionAt).slice(0, 3)).toEqual([1, 1 / 2, 1 / 3]);
});

it('clicks the top of a list more often than lower places if all items are wanted equally', () => {
  const found = clicks(taste());
  // 0.3 of the viewed places without a click above them.
  expect(found[0]).toBeCloseTo(0.3, 1);
  expect(found[1]).toBeCloseTo(0.7 * 0.15, 1);
  expect(found[0]).toBeGreaterThan(2 * found[1]);
  expect(found[1]).toBeGreaterThan(2 * found[7]);
});

it('clicks wanted items at any place, and never unwanted ones', () => {
  const found = clicks(taste((row) => Number(row === 4)));
  expect(found.filter((share) => share > 0)).toEqual([found[4]]);
  const top = clicks(
    taste((row) => Number(row === 4)),
    [4, ...list.filter((row) => row !== 4)],
  );
  expect(top[0]).toBeGreaterThan(3 * found[4]);
});

it('draws the same random numbers for any content of a list', () => {
  const random = randomOf(1);
  clickOn(list, taste(), random);
  const other = randomOf(1);
  clickOn(
    list.toReversed(),
    taste(() => 0),
    other,
  );
  expect(random()).toBe(other());
});
