import { expect, it } from 'vitest';
import { createTable, type FeatureTable, setTap } from '../../../core/catalog';
import { seededRandom } from '../../../core/common/random';
import { nearestToPicture, nearestToText, noiseFloor } from './nearest';

/** Items whose texts point to these places. */
function textsAt(places: readonly (readonly number[])[]): FeatureTable {
  const table = createTable({ dim: places[0].length, taps: { text: 2, image: 1 } }, places.length);
  for (const [item, values] of places.entries()) setTap(table, 'text', 1, item, Float32Array.from(values));
  return table;
}

it('gives the cosines of a tap of the text above the floor, relative to the nearest item', () => {
  const table = textsAt([
    [3, 0],
    [1, 1],
    [-1, 0],
  ]);
  const scores = nearestToText(table, Float32Array.of(9, 0), 1, -1);
  expect(scores[0]).toBe(1);
  expect(scores[1]).toBeCloseTo((1 + Math.SQRT1_2) / 2, 2);
  expect(scores[2]).toBe(0);
  expect([...nearestToText(table, Float32Array.of(0, 0), 0, 0)]).toEqual([0, 0, 0]);
});

it('finds nothing for a text that is no nearer to the items than texts without meaning', () => {
  // Five items of one kind, and one between it and the direction of all texts.
  const table = textsAt([...Array.from({ length: 5 }, () => [1, 0, 0]), [0.3, 0, 1]]);
  const floor = noiseFloor(table, [Float32Array.of(0.4, 1, 0), Float32Array.of(0.5, 1, 0)], 1);
  expect(floor).toBeGreaterThan(0.37);
  expect(floor).toBeLessThan(0.5);
  const near = (...query: number[]): number[] => [...nearestToText(table, Float32Array.from(query), 1, floor)];
  expect(near(1, 0.5, 0)).toEqual([1, 1, 1, 1, 1, 0]);
  expect(near(0.2, 1, 0)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(noiseFloor(table, [], 1)).toBe(0);
});

it('tells pictures of one kind apart by axes that vary little, over all taps', () => {
  const [dim, count] = [8, 40];
  const table = createTable({ dim, taps: { text: 1, image: 1 } }, count);
  // An item that this device added has no other taps.
  const photos = createTable({ dim, taps: { text: 0, image: 1 } }, count - 1);
  const random = seededRandom(5);
  const rows = Array.from({ length: count }, (_, item) =>
    // The first axis shows the kind of product, and varies ten times as much as the others.
    [0, 1].map(() => Float32Array.from({ length: dim }, (_, d) => (d === 0 ? (item % 2 ? 10 : -10) : random() - 0.5))),
  );
  for (const [item, taps] of rows.entries())
    for (const [tap, row] of taps.entries()) {
      if (tap === 1) setTap(table, 'image', 0, item, row);
      else if (item < photos.count) setTap(photos, 'image', 0, item, row);
    }
  // Taken again, in another light: the first axis moves most.
  const photo = (item: number): Float32Array =>
    Float32Array.from(
      rows[item].flatMap((row) => [...row.map((x, d) => (d === 0 ? x * 0.7 : x + 0.1 * (random() - 0.5)))]),
    );
  for (const item of [0, 7, 39]) {
    for (const others of [photos, null]) {
      const scores = nearestToPicture(table, others, photo(item), 1);
      expect(scores.indexOf(Math.max(...scores))).toBe(item);
      expect(scores[item]).toBe(1);
    }
  }
});

it('finds no item without a picture', () => {
  const table = createTable({ dim: 2, taps: { text: 1, image: 1 } }, 2);
  setTap(table, 'image', 0, 1, Float32Array.of(1, 2));
  expect([...nearestToPicture(table, null, Float32Array.of(1, 2), 0)]).toEqual([0, 1]);
});
