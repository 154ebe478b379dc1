import { createTable, type FeatureTable } from '../src/core/catalog';
import { quantizeRow } from '../src/core/common/bytes';
import { seededRandom } from '../src/core/common/random';

export const CATEGORIES = 10;

/**
 * A catalogue in which item `row` belongs to category `row % CATEGORIES`: its taps are near the category's own
 * direction, deeper taps closer. The last item has no features at all.
 */
export function categoryTable(count: number, dim = 8, taps = { text: 3, image: 2 }, seed = 1): FeatureTable {
  const random = seededRandom(seed);
  const noise = (): number => random() * 2 - 1;
  const table = createTable({ dim, taps }, count);
  const perItem = taps.text + taps.image;
  const centers = Array.from({ length: CATEGORIES * perItem }, () => Float32Array.from({ length: dim }, noise));
  for (let row = 0; row < count - 1; row++) {
    for (let tap = 0; tap < perItem; tap++) {
      const center = centers[(row % CATEGORIES) * perItem + tap];
      const values = center.map((value) => value + noise());
      const at = row * perItem + tap;
      table.scales[at] = quantizeRow(values, table.values, at * dim);
    }
  }
  return table;
}
