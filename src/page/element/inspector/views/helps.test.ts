import { expect, it } from 'vitest';
import { latencyOf } from './helps';

it('has the quantiles by the nearest rank', () => {
  const times = Array.from({ length: 20 }, (_, n) => 20 - n);
  expect(latencyOf(times)).toEqual({ lists: 20, median: 10, p95: 19, most: 20 });
  expect(latencyOf([3])).toEqual({ lists: 1, median: 3, p95: 3, most: 3 });
});
