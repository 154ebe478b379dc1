import { expect, it } from 'vitest';
import { catalog, chose } from '../../../testing/rankings';
import { NO_RECORD } from '../../core/events';
import { rank } from './rank';

const index = catalog();
const listed = (choices: number[], picked: number[], rules = {}) =>
  rank(
    index,
    { ...chose(...choices), record: { ...NO_RECORD, picked: new Set(picked) } },
    { placement: 'for-you', row: null, limit: 4, exclude: new Set(), rules },
  );
/** How many of a list are of the first kind of product. */
const ofFirst = (...given: Parameters<typeof listed>): number => listed(...given).filter(({ row }) => row < 4).length;

it('gives the picks of a new shopper turns in the list, whichever came last', () => {
  expect(ofFirst([0, 4], [0, 4])).toBe(2);
  expect(ofFirst([4, 0], [0, 4])).toBe(2);
  // Each pick has its turn, so two picks of one kind have two.
  expect(listed([0, 4, 5], [0, 4, 5], { excludeRecent: 0 }).map(({ row }) => row < 4)).toContain(true);
  expect(ofFirst([0, 4], [0, 4], { categoryCap: 1 })).toBe(1);
});

it('follows the choices again after the first one in a list', () => {
  expect(ofFirst([0, 4, 5], [0, 4])).toBe(ofFirst([0, 4, 5], []));
  expect(ofFirst([0], [0])).toBe(ofFirst([0], []));
});
