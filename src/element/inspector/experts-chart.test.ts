import { expect, it } from 'vitest';
import { sparkline } from './experts-chart';

it('draws the newest choice at the right edge, and a shorter history over the last of the choices', () => {
  expect(sparkline([0, 0.5, 1], 3)).toBe('0,20 50,10 100,0');
  expect(sparkline([0.5, 1], 3)).toBe('50,10 100,0');
  expect(sparkline([0.25], 1)).toBe('100,15');
  expect(sparkline([], 2)).toBe('');
});
