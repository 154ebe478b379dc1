import { createTable, type FeatureTable, quantizeRow } from '../../src/catalog';
import { seededRandom, uniform, type Weights } from '../../src/model';

/** Features of items that are all different. @param taps of each modality */
export function randomTable(items: number, dim: number, taps: number): FeatureTable {
  const random = seededRandom(12);
  const table = createTable({ dim, taps: { text: taps, image: taps } }, items);
  for (let row = 0; row < items * taps * 2; row++) {
    table.scales[row] = quantizeRow(uniform(random, dim, 1), table.values, row * dim);
  }
  return table;
}

/** The experts of an untrained model are silent, its biases 0; here all of them count. */
export function nowhereZero(weights: Weights): Weights {
  const random = seededRandom(6);
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, values }]) => [
      name,
      { shape, values: values.some((value) => value !== 0) ? values : uniform(random, values.length, 0.05) },
    ]),
  );
}
