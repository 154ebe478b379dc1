import { expect, it } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import { sideModel } from '../../../../testing/side-models';
import { createTable } from '../features/feature-table';
import { productsOf } from './products';

const ITEMS = [
  makeItem('b1', { group: 'b', popularity: 1 }),
  makeItem('a1', { group: 'a' }),
  makeItem('b2', { group: 'b', popularity: 2 }),
  makeItem('c'),
  makeItem('a2', { group: 'a' }),
];

it('has one item of each product, and the place of every variant', () => {
  const { items, placeOf, pick } = productsOf(ITEMS);
  expect(items.map(({ id, popularity }) => [id, popularity])).toEqual([
    ['b1', 3],
    ['a1', undefined],
    ['c', undefined],
  ]);
  expect(ITEMS.map(({ id }) => placeOf.get(id))).toEqual([0, 1, 0, 2, 1]);
  const features = createTable({ dim: 1, taps: { text: 1, image: 1 } }, 5);
  for (let row = 0; row < 5; row++) features.values.fill(row, 2 * row, 2 * row + 2);
  expect([...pick(features).values]).toEqual([0, 0, 1, 1, 3, 3]);
});

it("gives a product's learned values to its variants, and co-occurrence to the first", () => {
  const { cooccurrence, demand } = productsOf(ITEMS).spread({
    // Product 0 with 2, product 2 with 0 and 1.
    cooccurrence: {
      count: 3,
      offsets: Uint32Array.of(0, 1, 1, 3),
      rows: Uint32Array.of(2, 0, 1),
      lifts: Float32Array.of(5, 6, 7),
    },
    demand: {
      choices: Float32Array.of(1, 2, 3),
      recent: Float32Array.of(4, 5, 6),
      repeats: 1,
    },
  });
  expect([...(cooccurrence?.offsets ?? [])]).toEqual([0, 1, 1, 1, 3, 3]);
  expect([...(cooccurrence?.rows ?? [])]).toEqual([3, 0, 1]);
  expect([...(demand?.choices ?? [])]).toEqual([1, 2, 1, 3, 2]);
  expect(demand?.repeats).toBe(1);
});

it('gives all variants of a product its vector in the side model', () => {
  const model = sideModel(3, 2);
  const start = { weights: { popularity: 0.4 } };
  const { side, cooccurrence } = productsOf(ITEMS).spread({ side: { model, start } });
  expect(cooccurrence).toBeUndefined();
  expect(side?.start).toEqual(start);
  expect(side?.model.states).toBe(model.states);
  expect(side?.model.biases).toEqual(Float32Array.from([0, 1, 0, 2, 1], (place) => model.biases[place]));
  const rows = [0, 1, 0, 2, 1].flatMap((place) => [...model.vectors.subarray(2 * place, 2 * place + 2)]);
  expect([...(side?.model.vectors ?? [])]).toEqual(rows);
});

it('leaves a catalogue without variants as it is', () => {
  const items = [makeItem('a'), makeItem('b', { group: 'x' })];
  const products = productsOf(items);
  expect(products.items).toBe(items);
  const learned = {};
  expect(products.spread(learned)).toBe(learned);
});
