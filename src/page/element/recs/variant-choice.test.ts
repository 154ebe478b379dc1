import { expect, it } from 'vitest';
import { recommendation } from '../../../../testing/fake-recommender';
import type { Item, Product } from '../../../device/protocol';
import { inUsualSize, isAvailable, withValue } from './variant-choice';

/** Red and blue in S, M and L; the blue M is sold out, and there is no blue L. */
const variants: Item[] = ['Red S', 'Red M', 'Red L', 'Blue S', 'Blue M'].map((name) => ({
  ...recommendation(name).item,
  attributes: { color: name.split(' ')[0] ?? '', size: name.split(' ')[1] ?? '' },
  availability: name === 'Blue M' ? 'out-of-stock' : 'in-stock',
}));
const product = (usual?: string): Pick<Product, 'options' | 'variants'> => ({
  options: [
    { name: 'color', kind: 'color', values: ['Red', 'Blue'] },
    { name: 'size', kind: 'size', values: ['S', 'M', 'L'], ...(usual ? { usual } : {}) },
  ],
  variants,
});
const variant = (name: string): Item => variants.find(({ id }) => id === name) ?? recommendation('none').item;

it('knows which values can be bought', () => {
  const sizes = (of: string) => ['S', 'M', 'L'].filter((size) => isAvailable(product(), variant(of), 1, size)).join();
  expect(sizes('Red S')).toBe('S,M,L');
  expect(sizes('Blue S')).toBe('S');
  // A colour can be chosen if any size of it can be bought.
  expect(isAvailable(product(), variant('Red L'), 0, 'Blue')).toBe(true);
});

it('keeps the other values as far as possible', () => {
  const chosen = (of: string, at: number, value: string) => withValue(product(), variant(of), at, value).id;
  expect(chosen('Red S', 1, 'M')).toBe('Red M');
  expect(chosen('Red S', 0, 'Blue')).toBe('Blue S');
  expect(chosen('Red L', 0, 'Blue')).toBe('Blue S');
  expect(chosen('Blue S', 1, 'L')).toBe('Red L');
});

it('begins with the usual size if it can be bought in the same colour', () => {
  expect(inUsualSize(product('M'), variant('Red S')).id).toBe('Red M');
  expect(inUsualSize(product('M'), variant('Blue S')).id).toBe('Blue S');
  expect(inUsualSize(product(), variant('Red S')).id).toBe('Red S');
});
