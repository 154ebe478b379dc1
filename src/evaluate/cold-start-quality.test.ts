import { expect, test } from 'vitest';
import { newcomerQuality, withPlaces } from './cold-start-quality';

const at = (rank: number, isNew: boolean, chosen: number) => ({ rank, isNew, chosen });

test('old items are weighted to the popularity of the new ones', () => {
  const ranked = [
    // Chosen once: 3 new ones and 1 old one.
    ...[at(1, true, 1), at(20, true, 1), at(20, true, 1), at(20, false, 1)],
    // Chosen three or four times: 1 new one, 2 old ones.
    ...[at(1, true, 3), at(1, false, 4), at(1, false, 3)],
    // Nothing to compare with.
    ...[at(1, false, 9), at(1, true, 2)],
  ];
  const { fresh, old } = newcomerQuality(ranked);
  expect(fresh).toMatchObject({ events: 4, hr10: 0.5 });
  expect(old).toMatchObject({ events: 3, hr10: 0.25 });
  expect(old.lnRank).toBeCloseTo(0.75 * Math.log(20));
});

test('without new items there is no quality', () => {
  const { fresh, old } = newcomerQuality([at(1, false, 1)]);
  expect(fresh.events + old.events).toBe(0);
  expect(fresh.hr10).toBeNaN();
});

test('kept places push out the old items that stood there and let the best new ones in', () => {
  const whole = [at(8, false, 1), at(9, false, 1), at(10, false, 1), at(50, true, 1), at(60, true, 1), at(3, true, 1)];
  const newFirst = [at(8, false, 1), at(9, false, 1), at(10, false, 1), at(2, true, 1), at(3, true, 1), at(1, true, 1)];
  const ranks = withPlaces({ whole, content: [], newFirst }, 2).map(({ rank }) => rank);
  expect(ranks).toEqual([8, 11, 12, 10, 62, 3]);
});
