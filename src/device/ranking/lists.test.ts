import { describe, expect, it } from 'vitest';
import { catalog, chose, state } from '../../../testing/rankings';
import type { Item } from '../../core/catalog';
import { categoryCounts } from '../../core/catalog/catalog-statistics';
import { variedOrder } from './lists';
import { rank } from './rank';
import type { Rules } from './rules/rules';
import { categoryIndex } from './terms/category-preference';

const CATEGORIES = [
  'Women/Shoes/Boots',
  'Women/Shoes/Boots',
  'Women/Shoes/Pumps',
  'Women/Tops',
  'Men/Tops',
  'Men/Tops',
  '',
  'Bags|Men/Bags',
];
const shop = (more: Partial<Item> = {}, row = -1) =>
  catalog(CATEGORIES.map((category, at) => ({ category, popularity: undefined, ...(at === row ? more : {}) })));
const listed = (index: ReturnType<typeof catalog>, rules: Rules = {}) =>
  rank(index, state(), { placement: 'for-you', row: null, limit: 8, exclude: new Set(), rules });
const rows = (...given: Parameters<typeof listed>) => listed(...given).map(({ row }) => row);

describe('the list of a new shopper without popularity', () => {
  it('takes items from the categories in turn, and within one from its subcategories', () => {
    expect(rows(shop())).toEqual([0, 4, 6, 7, 3, 5, 2, 1]);
    const orderOf = (...categories: string[]) =>
      variedOrder(
        categoryIndex(
          categories.map((category) => ({ category, attributes: {} })),
          { count: categories.length, categories: categoryCounts(categories) },
        ),
        [...categories.keys()],
      );
    expect(orderOf('A/B', 'A/B', 'A/C|A/D/E', 'D')).toEqual([0, 3, 2, 1]);
    expect(orderOf('A/B', 'A', 'A/B', 'A')).toEqual([0, 1, 2, 3]);
    expect(orderOf('', '', '')).toEqual([0, 1, 2]);
    expect(orderOf()).toEqual([]);
  });

  it('replaces an unavailable item by the next of its category', () => {
    expect(rows(shop({ availability: 'out-of-stock' }, 0))).toEqual([1, 4, 6, 7, 3, 5, 2]);
    expect(rows(shop(), { filter: { category: 'Women' } })).toEqual([0, 3, 2, 1]);
  });

  it('puts items in stock before preorders and sold-out items', () => {
    expect(rows(shop({ availability: 'preorder' }, 6))).toEqual([0, 4, 7, 3, 5, 2, 1, 6]);
    const soldOut = shop({ availability: 'out-of-stock' }, 4);
    expect(rows(soldOut, { excludeOutOfStock: false })).toEqual([0, 5, 6, 7, 3, 2, 1, 4]);
  });

  it('has source `catalog`, and contributions that add up to the score', () => {
    for (const { reason, source, score, contributions } of listed(shop())) {
      expect([reason, source]).toEqual(['', 'catalog']);
      expect(contributions.variety ?? 0).toBe(score);
    }
  });

  it('is not used if popularity or the shopper is known', () => {
    const popular = catalog(CATEGORIES.map((category, row) => ({ category, popularity: row === 5 ? 7 : 0 })));
    expect(rows(popular)).toEqual([5, 0, 1, 2, 3, 4, 6, 7]);
    const known = rank(shop(), chose(0), { placement: 'for-you', row: null, limit: 8, exclude: new Set() });
    expect(known[0].row).toBe(1);
  });
});
