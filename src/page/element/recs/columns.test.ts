import { expect, it } from 'vitest';
import { columnsOf } from './columns';

/** The possible numbers of columns for a grid with the given number of cards. */
const numbersOf = (count: number): number[] => [
  ...new Set([...columnsOf(count).matchAll(/\) \/ (\d+)/g)].map(([, columns]) => Number(columns))),
];

it('divides the cards into equal rows, except the last', () => {
  expect(numbersOf(1)).toEqual([1]);
  expect(numbersOf(2)).toEqual([2]);
  expect(numbersOf(3)).toEqual([3, 2]);
  expect(numbersOf(6)).toEqual([6, 3, 2]);
  expect(numbersOf(8)).toEqual([8, 4, 3, 2]);
  expect(numbersOf(12)).toEqual([12, 6, 4, 3, 2]);
  for (let count = 1; count <= 100; count++) expect(numbersOf(count).length).toBeLessThan(20);
});
