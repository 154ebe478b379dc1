import { expect, it } from 'vitest';
import { categoryCounts } from '../../../core/catalog/catalog-statistics';
import { categoryIndex, categoryPreference } from './category-preference';

const indexOf = (items: Parameters<typeof categoryIndex>[0]) =>
  categoryIndex(items, { count: items.length, categories: categoryCounts(items.map(({ category }) => category)) });
const preference = (items: { category: string; gender?: string }[], ...rows: number[]) => {
  const index = indexOf(items.map(({ category, ...attributes }) => ({ category, attributes })));
  const strengths = rows.map(() => 1);
  return [...items.keys()].map(categoryPreference(index, rows, strengths));
};
const SHOP = ['Music/Instruments', 'Music/Instruments', 'Music/Studio', 'Food/Fruit', 'Food/Drinks', ''].map(
  (category) => ({ category }),
);

it('prefers the category, then its department, to the rest of the shop', () => {
  const [first, second, sibling, other, drinks, none] = preference(SHOP, 0);
  expect(first).toBe(second);
  expect(second).toBeGreaterThan(sibling);
  expect(sibling).toBeGreaterThan(0);
  expect(other).toBeLessThan(0);
  expect(drinks).toBe(other);
  expect(none).toBe(0);
});

it('leans less on the department the more choices it knows', () => {
  const lead = (choices: number): number => {
    const [, , sibling, other] = preference(SHOP, ...Array.from({ length: choices }, (_, n) => n % 2));
    return sibling - other;
  };
  // The log-odds themselves grow with the choices.
  expect(lead(1)).toBeGreaterThan(2 * lead(40));
});

it('takes the gender of a product as its department, but not categories of one level', () => {
  const trousers = [
    { category: 'Trousers', gender: 'female' },
    { category: 'Shirts', gender: 'Female' },
    { category: 'Trousers', gender: 'male' },
    { category: 'Shirts', gender: 'male' },
    { category: 'Shirts', gender: 'unisex' },
  ];
  const [own, shirt, mens, mensShirt, anyones] = preference(trousers, 0);
  expect(own).toBeGreaterThan(shirt);
  expect(shirt).toBeGreaterThan(mens);
  expect(mens).toBeGreaterThan(mensShirt);
  expect(anyones).toBeGreaterThan(mensShirt);
  const flat = trousers.map(({ category }) => ({ category }));
  expect(preference(flat, 0)[0]).toBeCloseTo(Math.log((1 + 3 * 0.4) / 4 / 0.4), 5);
});

it('does not lean on departments where a log says what is chosen next', () => {
  const index = indexOf(SHOP.map(({ category }) => ({ category, attributes: {} })));
  const [own, , sibling, other] = [0, 1, 2, 3].map(categoryPreference(index, [0], [1], false));
  const leaning = categoryPreference(index, [0], [1])(0);
  expect(leaning).toBeGreaterThan(5 * own);
  expect(own).toBeGreaterThan(sibling);
  expect(sibling).toBeGreaterThan(other);
});
