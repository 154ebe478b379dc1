import { describe, expect, it } from 'vitest';
import { safeImage } from './address';
import { areImages } from './template-fill';

describe('areImages', () => {
  it('takes a set of pictures when each of them is one', () => {
    for (const set of ['/a.webp', 'a.webp 1x, https://cdn.example/b.webp 2x', '/a,b.webp 480w,/c.webp 1.5x', ' /a 2x '])
      expect(areImages(set, safeImage)).toBe(true);
    expect(areImages('data:image/png;base64,AA 2x', safeImage)).toBe(true);
    for (const set of [
      'javascript:alert(1) 2x',
      '/a 1x, javascript:alert(1) 2x',
      '/a 1x,data:text/html,x',
      'ftp://x',
      '',
    ])
      expect(areImages(set, safeImage)).toBe(false);
  });
});
