import { expect, it } from 'vitest';
import { counted } from './text';

it('puts the noun into the singular or the plural by the count', () => {
  expect([counted(1, 'row'), counted(0, 'row'), counted(2, 'row')]).toEqual(['1 row', '0 rows', '2 rows']);
  expect([1, 2].map((n) => counted(n, 'category', 'categories'))).toEqual(['1 category', '2 categories']);
});
