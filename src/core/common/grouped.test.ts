import { expect, it } from 'vitest';
import { addToGroup, grouped } from './grouped';

it('keeps the order of keys, and of the values of each', () => {
  const groups = grouped([5, 2, 3, 4], (value) => value % 2);
  expect([...groups]).toEqual([
    [1, [5, 3]],
    [0, [2, 4]],
  ]);
  expect(addToGroup(groups, 1, 7)).toBe(groups.get(1));
  expect(groups.get(1)).toEqual([5, 3, 7]);
});
