import { expect, it } from 'vitest';
import { evenly } from './evenly';

it('selects evenly', () => {
  expect(evenly([1, 2, 3, 4, 5, 6], 3)).toEqual([1, 3, 5]);
  expect(evenly([1, 2], 3)).toEqual([1, 2]);
});
