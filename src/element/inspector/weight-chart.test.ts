import { describe, expect, it } from 'vitest';
import { weightBars } from './weight-chart';

describe('weightBars', () => {
  it('share one scale with room for both signs, strongest first', () => {
    expect(weightBars({ small: 0.5, big: 1.5, down: -0.5, broken: Number.NaN })).toEqual([
      { name: 'big', value: 1.5, start: 25, width: 75 },
      { name: 'small', value: 0.5, start: 25, width: 25 },
      { name: 'down', value: -0.5, start: 0, width: 25 },
    ]);
  });
});
