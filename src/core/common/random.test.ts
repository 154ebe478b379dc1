import { expect, test } from 'vitest';
import { seededRandom, uniform } from './random';

test("the numbers equal mulberry32's", () => {
  const random = seededRandom(1);
  expect([random(), random(), random()]).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
});

test('uniform numbers stay inside the bound and fill it', () => {
  const values = uniform(seededRandom(2), 1000, 3);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(-3);
  expect(Math.max(...values)).toBeLessThan(3);
  expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(5.8);
});
