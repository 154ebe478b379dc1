import { describe, expect, it } from 'vitest';
import { bucket } from './bucket';

const units = Array.from({ length: 20_000 }, (_, n) => `unit-${n}`);

describe('bucket', () => {
  it('says the same for ever: a changed hash would move every shopper to another variant', () => {
    expect([bucket(''), bucket('a'), bucket('Grüße')].map((at) => Math.floor(at * 1e6))).toEqual([
      668922, 103526, 56579,
    ]);
  });

  it('spreads ids that differ in a digit evenly, and independently of the salt before them', () => {
    const counts = new Array<number>(10).fill(0);
    let both = 0;
    for (const unit of units) {
      counts[Math.floor(10 * bucket(`salt/${unit}`))]++;
      if (bucket(`salt/${unit}`) < 0.5 && bucket(`other/${unit}`) < 0.5) both++;
    }
    // Chi-square with 9 degrees of freedom: below 27.9 in 999 of 1000 fair draws.
    expect(counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(27.9);
    expect(both / units.length).toBeCloseTo(0.25, 1);
  });
});
