import { describe, expect, it } from 'vitest';
import { frame } from './picture';

describe('the frame of a picture', () => {
  it.each([
    [400, 200, { x: 0, y: 56, width: 224, height: 112 }],
    [200, 400, { x: 56, y: 0, width: 112, height: 224 }],
    [10, 10, { x: 0, y: 0, width: 224, height: 224 }],
    [10000, 1, { x: 0, y: 111, width: 224, height: 1 }],
  ])('letterboxes %i x %i in the middle', (width, height, expected) => {
    expect(frame(width, height, { size: 224 })).toEqual(expected);
  });

  it('stretches over the whole square', () => {
    expect(frame(400, 200, { size: 224, fit: 'stretch' })).toEqual({ x: 0, y: 0, width: 224, height: 224 });
  });

  it('crops the middle after scaling the shorter side', () => {
    expect(frame(400, 200, { size: 224, fit: 'crop' })).toEqual({ x: -112, y: 0, width: 448, height: 224 });
    expect(frame(200, 400, { size: 224, fit: 'crop', shortestEdge: 256 })).toEqual({
      x: -16,
      y: -144,
      width: 256,
      height: 512,
    });
  });
});
