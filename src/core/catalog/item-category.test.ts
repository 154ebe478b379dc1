import { expect, it } from 'vitest';
import { categoryPaths, inCategory } from './item';

it('splits a category into its paths', () => {
  expect(categoryPaths('Food/Fruit')).toEqual(['Food/Fruit']);
  expect(categoryPaths('Comedy| Family / Animated |')).toEqual(['Comedy', 'Family/Animated']);
  expect(categoryPaths('')).toEqual([]);
});

it('finds items under a category, matching only whole names', () => {
  expect(inCategory('Food/Fruit', 'Food')).toBe(true);
  expect(inCategory('Food/Fruit', 'Food/Fruit')).toBe(true);
  expect(inCategory('Food/Fruit', 'Foo')).toBe(false);
  expect(inCategory('Comedy|Food/Fruit', 'Food')).toBe(true);
});
