import { expect, test } from 'vitest';
import { coldStartQuality } from './quality';

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
  const { fresh, old } = coldStartQuality(ranked);
  expect(fresh).toMatchObject({ events: 4, hr10: 0.5 });
  expect(old).toMatchObject({ events: 3, hr10: 0.25 });
  expect(old.lnRank).toBeCloseTo(0.75 * Math.log(20));
});

test('without new items there is no quality', () => {
  const { fresh, old } = coldStartQuality([at(1, false, 1)]);
  expect(fresh.events + old.events).toBe(0);
  expect(fresh.hr10).toBeNaN();
});
