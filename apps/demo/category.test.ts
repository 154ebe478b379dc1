import { describe, expect, it } from 'vitest';
import { categorySlug, categoryTree, findCategory, trail } from './category';

const tree = categoryTree([
  { category: 'Food', count: 7 },
  { category: 'Food/Fruit', count: 3 },
  { category: 'Music', count: 2 },
  { category: 'Food/Drinks', count: 4 },
  { category: '', count: 1 },
]);

describe('categories', () => {
  it('form a tree in the order of the catalog, each with the products below it', () => {
    expect(tree.map(({ path, count, children }) => [path, count, children.map(({ name }) => name)])).toEqual([
      ['Food', 7, ['Fruit', 'Drinks']],
      ['Music', 2, []],
    ]);
  });

  it('are found by path', () => {
    expect(findCategory(tree, 'Food/Drinks')?.count).toBe(4);
    expect(findCategory(tree, 'Foo')).toBeUndefined();
  });

  it('have a path from broad to narrow', () => {
    expect(trail('Food/Fruit').map(({ path }) => path)).toEqual(['Food', 'Food/Fruit']);
    expect(trail('')).toEqual([]);
  });

  it('have slugs', () => {
    expect(categorySlug('Food & Drink/Früchte')).toBe('food-drink-früchte');
  });
});
