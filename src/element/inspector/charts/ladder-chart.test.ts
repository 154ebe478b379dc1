import { describe, expect, it } from 'vitest';
import { describeShares, segments } from './ladder-chart';

describe('segments', () => {
  it('fill the bar in proportion, backbone first, newest expert strongest', () => {
    const [backbone, first, second] = segments([0.5, 0.25, 0.25], 102);
    expect(backbone).toEqual({ x: 0, width: 50, strength: 0 });
    expect(first).toMatchObject({ x: 51, width: 25 });
    expect(second).toMatchObject({ x: 77, width: 25, strength: 1 });
    expect(second!.strength).toBeGreaterThan(first!.strength);
  });

  it('stay drawable for a layer without any activation', () => {
    expect(segments([0, 0], 11).map(({ width }) => width)).toEqual([0, 0]);
  });

  it('have a text', () => {
    expect(describeShares([0.624, 0.376])).toBe('backbone 62 %, expert 1 38 %');
  });
});
