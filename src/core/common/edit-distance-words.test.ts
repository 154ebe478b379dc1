import fc from 'fast-check';
import { expect, it } from 'vitest';
import { editDistance } from './edit-distance';
import { lettersOf, tooDifferent } from './words';

it.each([
  ['lantern', 'lantern', 0],
  ['lantern', 'lanterm', 1],
  ['lantern', 'lanern', 1],
  ['lantern', 'lanttern', 1],
  ['lantern', 'lantren', 1],
  ['lantern', 'latnren', 2],
])('counts the errors between %s and %s', (one, other, distance) => {
  expect(editDistance(one, other, 2)).toBe(distance);
  expect(editDistance(other, one, 2)).toBe(distance);
});

it('stops at the bound', () => {
  expect(editDistance('teapot', 'umbrella', 2)).toBeGreaterThan(2);
});

it('never rules out a word with few errors by its letters', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', 'ア'), maxLength: 8 });
  fc.assert(
    fc.property(word, word, fc.integer({ min: 1, max: 2 }), (one, other, errors) => {
      const near = editDistance(one, other, 8) <= errors;
      expect(near && tooDifferent(lettersOf(one), lettersOf(other), errors)).toBe(false);
    }),
  );
});
