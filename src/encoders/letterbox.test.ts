import { describe, expect, it } from 'vitest';
import { letterbox } from './letterbox';

describe('the letterbox', () => {
  it.each([
    [[448, 448], { x: 0, y: 0, width: 224, height: 224 }],
    [[100, 50], { x: 0, y: 56, width: 224, height: 112 }],
    [[50, 100], { x: 56, y: 0, width: 112, height: 224 }],
    [[5000, 1], { x: 0, y: 111, width: 224, height: 1 }],
  ])('fits %s into the middle of the square', ([width, height], expected) => {
    expect(letterbox(width, height, 224)).toEqual(expected);
  });
});
