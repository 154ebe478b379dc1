import { expect, it } from 'vitest';
import { runningRanks } from './ranks';

it('is the geometric mean of the last 20 choices that have ranks', () => {
  const ranks = (own: number) => ({ own, popularity: 100, content: 10 });
  const choices = Array.from({ length: 30 }, (_, n) => ({ at: n + 1, ranks: n === 0 ? null : ranks(n < 20 ? 1 : 4) }));
  const points = runningRanks(choices);
  expect(points).toHaveLength(29);
  expect(points[0]).toMatchObject({ at: 2, own: 1 });
  // Half of the last 20 at 4, the others at 1.
  expect(points[28].at).toBe(30);
  expect(points[28].own).toBeCloseTo(2);
  expect(points[28].popularity).toBeCloseTo(100);
});
