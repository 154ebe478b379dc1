import { expect, it } from 'vitest';
import { catalogOrder } from './terms';

const closenessOf = (rows: readonly number[], index: Parameters<typeof catalogOrder>[1]): Float32Array =>
  Float32Array.from(index.places.keys(), catalogOrder(rows, index));

/** All items of a shop, in the order of the feed. */
const inOrder = (shopCount: number) => ({
  places: Float32Array.from({ length: shopCount }, (_, row) => row),
  shopCount,
});

it('falls by 1/e over a 124th of the catalogue, down to a floor', () => {
  const closeness = closenessOf([500], inOrder(1240));
  const above = (row: number): number => Math.exp(closeness[row]) - 0.02;
  expect(above(500)).toBeCloseTo(1, 5);
  expect(above(510)).toBeCloseTo(Math.exp(-1), 5);
  expect(above(490)).toBeCloseTo(Math.exp(-1), 5);
  expect(closeness[0]).toBeCloseTo(Math.log(0.02), 5);
  expect(closeness[1239]).toBeCloseTo(Math.log(0.02), 5);
});

it('is the mean over the last ten choices; a small catalogue has a scale of one row', () => {
  const closeness = closenessOf([0, ...new Array(9).fill(50)], inOrder(100));
  expect(Math.exp(closeness[0]) - 0.02).toBeCloseTo(0.1, 5);
  expect(Math.exp(closeness[51]) - 0.02).toBeCloseTo(0.9 * Math.exp(-1), 5);
  const later = closenessOf([0, ...new Array(10).fill(50)], inOrder(100));
  expect(Math.exp(later[0]) - 0.02).toBeCloseTo(0, 5);
});

it('counts places in the feed, whichever items are loaded and in whatever order', () => {
  const all = closenessOf([500, 900], inOrder(1240));
  const loaded = [900, 12, 500, 505];
  const some = closenessOf([2, 0], { places: Float32Array.from(loaded), shopCount: 1240 });
  expect([...some]).toEqual(loaded.map((row) => all[row]));
});
