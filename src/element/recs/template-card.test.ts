import { describe, expect, it } from 'vitest';
import { recommendation } from '../../testing/fake-recommender';
import { safeImage } from './safe-url';
import { areImages, cardFields, fill } from './template-card';

describe('fill', () => {
  const fields = cardFields(recommendation('a'), 2, '/a', '€1', '');

  it('replaces known fields and leaves others as they are', () => {
    expect(fill('{position}. {title} {price} {unknown} {toString}', fields)).toBe('2. Title a €1 {unknown} {toString}');
  });

  it('does not replace placeholders inside a field', () => {
    expect(fill('{title}', { ...fields, title: '{price}' })).toBe('{price}');
  });
});

describe('areImages', () => {
  it('accepts a set only when every address is that of an image', () => {
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
