import { expect, it } from 'vitest';
import { toldFrom } from './told-from-chance';

it('is two standard errors with many units, more with few, and never reached with five', () => {
  expect(toldFrom(100_000)).toBeCloseTo(2, 3);
  // Student's distribution with 5, 9 and 29 degrees of freedom at a probability of 0.97725.
  for (const [units, errors] of [
    [6, 2.649],
    [10, 2.32],
    [30, 2.09],
  ]) {
    expect(toldFrom(units)).toBeCloseTo(errors, 2);
  }
  expect(toldFrom(5)).toBe(Number.POSITIVE_INFINITY);
});
