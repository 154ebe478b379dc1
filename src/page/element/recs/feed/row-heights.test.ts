import { expect, it } from 'vitest';
import { RowHeights } from './row-heights';

const heights = (columns: number, ...known: number[]): RowHeights => {
  const rows = new RowHeights();
  rows.arrange(columns);
  for (const [row, height] of known.entries()) rows.set(row, height);
  return rows;
};

it('takes rows that are not measured to be as high as the others', () => {
  const rows = heights(3, 100, 200);
  expect(rows.mean).toBe(150);
  expect(rows.between(0, 6)).toBe(300);
  expect(rows.between(3, 12)).toBe(500);
  // The last row is not full.
  expect(rows.between(6, 7)).toBe(150);
  expect(rows.between(0, 0)).toBe(0);
});

it('knows which cards are in a range', () => {
  const rows = heights(3, 100, 200);
  expect(rows.within(-500, 50, 100)).toEqual({ first: 0, last: 3 });
  expect(rows.within(150, 350, 100)).toEqual({ first: 3, last: 9 });
  expect(rows.within(0, 10_000, 7)).toEqual({ first: 0, last: 7 });
  expect(rows.within(9_000, 10_000, 7)).toEqual({ first: 6, last: 7 });
});

it('measures again with another number of columns', () => {
  const rows = heights(3, 100, 200);
  rows.arrange(2);
  expect(rows.between(0, 2)).toBe(150);
  rows.set(0, 90);
  expect(rows.mean).toBe(90);
});

it('keeps all cards in the page if no height can be measured', () => {
  expect(heights(1, 0, 0).within(-100, 100, 7)).toEqual({ first: 0, last: 7 });
});

it('knows the cards around one, from the row before it', () => {
  const rows = heights(3, 100, 200);
  expect(rows.around(10, 300, 100)).toEqual({ first: 6, last: 18 });
  expect(rows.around(1, 300, 8)).toEqual({ first: 0, last: 8 });
  expect(heights(3).around(10, 300, 100)).toEqual({ first: 6, last: 24 });
});
