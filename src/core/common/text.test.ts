import { expect, it } from 'vitest';
import { counted, startOf } from './text';

it('puts the noun into the singular or the plural by the count', () => {
  expect([counted(1, 'row'), counted(0, 'row'), counted(2, 'row')]).toEqual(['1 row', '0 rows', '2 rows']);
  expect([1, 2].map((n) => counted(n, 'category', 'categories'))).toEqual(['1 category', '2 categories']);
});

it('ends the start of a text by its length in the compatible form', () => {
  expect(startOf('Größe 42', 5)).toBe('Größe');
  expect(startOf('한국어', 3)).toBe('한국어');
  // One character, 18 letters.
  expect(startOf('a\uFDFA\uFDFA', 20)).toBe('a\uFDFA');
  expect(startOf('\uFDFA', 17)).toBe('');
});
