import { expect, it } from 'vitest';
import { createTable, quantizeRow } from '../../../core/catalog';
import { nearestItems } from './nearest-items';
import { sharedCategory } from './shared-category';

it('gives the cosines of one tap of one modality, relative to the nearest item', () => {
  const table = createTable({ dim: 2, taps: { text: 2, image: 1 } }, 3);
  const write = (item: number, row: number, values: number[]): void => {
    const at = item * 3 + row;
    table.scales[at] = quantizeRow(Float32Array.from(values), table.values, at * 2);
  };
  write(0, 1, [3, 0]);
  write(1, 1, [1, 1]);
  write(2, 1, [-1, 0]);
  write(2, 2, [0, 5]);
  const text = nearestItems(table, { modality: 'text', values: Float32Array.of(9, 0) }, 1);
  expect(text[0]).toBe(1);
  expect(text[1]).toBeCloseTo(Math.SQRT1_2, 2);
  expect(text[2]).toBe(0);
  expect([...nearestItems(table, { modality: 'image', values: Float32Array.of(0, 1) }, 0)]).toEqual([0, 0, 1]);
  expect([...nearestItems(table, { modality: 'text', values: Float32Array.of(0, 0) }, 0)]).toEqual([0, 0, 0]);
});

it('takes the narrowest category that most of the first items share', () => {
  const of = (...categories: string[]) => sharedCategory(categories.map((category) => ({ category })));
  expect(of('Men/Tops', 'Men/Tops', 'Men/Shoes')).toBe('Men/Tops');
  expect(of('Men/Tops', 'Men/Shoes', 'Men/Hats')).toBe('Men');
  expect(of('Men', 'Women', 'Garden')).toBe(null);
  expect(of('Men')).toBe(null);
  expect(of('', '')).toBe(null);
});
