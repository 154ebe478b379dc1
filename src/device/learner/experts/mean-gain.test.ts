import { describe, expect, it } from 'vitest';
import { meanGain } from './user-expert';

const gainOf = (gains: readonly number[], mean = 0): number => gains.reduce(meanGain, mean);

describe('the mean gain of the read-outs', () => {
  it('falls below the floor after losses on recent choices', () => {
    expect(gainOf([-0.05, -2])).toBeGreaterThan(-0.25);
    expect(gainOf([-0.05, -2, -2])).toBeLessThan(-0.25);
    expect(gainOf([-2])).toBeCloseTo(-0.2);
  });

  it('forgets old gains, and continues from a stored one', () => {
    const first = gainOf([-2]);
    expect(gainOf(Array(30).fill(0.1), first)).toBeGreaterThan(0.05);
    expect(gainOf([0.1], first)).toBe(gainOf([-2, 0.1]));
  });

  it('bounds a single gain', () => {
    expect(gainOf([1e9])).toBe(10);
  });
});
