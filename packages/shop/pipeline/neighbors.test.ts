import { expect, it } from 'vitest';
import { createTable, type Manifest } from '../../../src/core/catalog';
import { quantizeRow } from '../../../src/core/common/bytes';
import { basisVectors, categoryPrecision, judgedItems, nearest } from './neighbors';

/** Items on a circle, by angle in degrees for text and image; null is a missing modality. */
function circle(angles: { text: number | null; image: number | null }[]) {
  const features = createTable({ dim: 2, taps: { text: 1, image: 1 } }, angles.length);
  const point = (angle: number | null) =>
    Float32Array.from(
      angle === null ? [0, 0] : [3 * Math.cos((angle * Math.PI) / 180), 3 * Math.sin((angle * Math.PI) / 180)],
    );
  for (const [i, { text, image }] of angles.entries()) {
    for (const [row, angle] of [text, image].entries()) {
      features.scales[i * 2 + row] = quantizeRow(point(angle), features.values, (i * 2 + row) * 2);
    }
  }
  const modality = (contentTap: number) => ({
    preset: '',
    digest: '',
    taps: ['a', 'b'],
    contentTap,
    contentWeight: 0.5,
  });
  const modalities = { text: modality(1), image: modality(0) };
  const manifest: Pick<Manifest, 'modalities'> = { modalities };
  return { features, manifest };
}

it('finds the nearest items by each modality, and by both', () => {
  const bundle = circle([
    { text: 0, image: 0 },
    { text: 10, image: 90 },
    { text: 100, image: 5 },
    { text: 20, image: 30 },
  ]);
  const order = (basis: 'text' | 'image' | 'both') =>
    nearest(basisVectors(bundle, basis), 0, 3).map((row) => row.index);
  expect(order('text')).toEqual([1, 3, 2]);
  expect(order('image')).toEqual([2, 3, 1]);
  expect(order('both')).toEqual([3, 1, 2]);
  const [best] = nearest(basisVectors(bundle, 'both'), 0, 1);
  const cosine = (degrees: number) => Math.cos((degrees * Math.PI) / 180);
  expect(best.similarity).toBeCloseTo((cosine(20) + cosine(30)) / 2, 2);
});

it('leaves out items that lack the modality, and uses the available one for both', () => {
  const bundle = circle([
    { text: 0, image: 0 },
    { text: 90, image: null },
    { text: 5, image: 60 },
  ]);
  expect(nearest(basisVectors(bundle, 'image'), 0, 3).map((row) => row.index)).toEqual([2]);
  expect(nearest(basisVectors(bundle, 'image'), 1, 3)).toEqual([]);
  expect(nearest(basisVectors(bundle, 'both'), 0, 3).map((row) => row.index)).toEqual([2, 1]);
});

it('averages the share of neighbours in the same category over the items that have one', async () => {
  const vectors = basisVectors(circle([0, 1, 4, 50, 51].map((angle) => ({ text: angle, image: null }))), 'text');
  expect(await categoryPrecision(vectors, ['a', 'a', 'a', 'b', 'b'], 1)).toBe(1);
  expect(await categoryPrecision(vectors, ['a', 'a', 'a', 'b', 'b'], 2)).toBeCloseTo((3 * 1 + 2 * 0.5) / 5);
  expect(await categoryPrecision(vectors, ['a', 'a', '', '', ''], 1)).toBe(1);
});

it('has the precision that the nearest neighbours of each item give, for more items than one tile', async () => {
  // More than are compared at a time, some without a text or a category.
  const angles = Array.from({ length: 5000 }, (_, n) => ({
    text: n % 50 === 0 ? null : (n * 137.5) % 360,
    image: null,
  }));
  const vectors = basisVectors(circle(angles), 'text');
  const categories = angles.map(({ text }, n) => (n % 7 === 0 ? '' : `${Math.floor((text ?? 0) / 40)}`));
  let advanced = 0;
  const few = categories.map((category, n) => (n % 40 === 1 ? category : ''));
  const found = await categoryPrecision(vectors, few, 5, (items) => {
    advanced += items;
  });
  const judged = judgedItems(vectors, few);
  expect(advanced).toBeCloseTo(judged.length, 6);
  const shares = judged.map((item) => nearest(vectors, item, 5).filter(({ index }) => few[index] === few[item]).length);
  expect(found).toBeCloseTo(shares.reduce((sum, share) => sum + share, 0) / 5 / judged.length, 10);
});

it('judges a large catalogue by an even selection', () => {
  const has = Array.from({ length: 100_000 }, (_, n) => n % 2 === 0);
  const judged = judgedItems(
    { has },
    has.map(() => 'a'),
  );
  expect(judged).toHaveLength(4096);
  expect(new Set(judged).size).toBe(4096);
  expect(judged.every((item) => has[item])).toBe(true);
  expect(judged[2048]).toBe(50_000);
});
