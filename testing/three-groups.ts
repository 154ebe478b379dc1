import type { FeatureTable, Item } from '../src/core/catalog';
import { quantizeRow } from '../src/core/common/bytes';
import type { LearnerCatalog } from '../src/device/learner';
import { catalogIndex } from '../src/device/ranking';

const DIM = 6;
/** Items of each group. */
export const GROUP = 40;

/** Three groups of items, each with its own direction in text and picture and a turn per item. */
export function threeGroups(count = 3 * GROUP): LearnerCatalog {
  const items: Item[] = Array.from({ length: count }, (_, row) => ({
    id: `item-${row}`,
    title: `Item ${row}`,
    description: '',
    category: ['Fruit', 'Tools', 'Shoes'][row % 3],
    availability: 'in-stock',
    popularity: row % 7,
    attributes: {},
  }));
  const table: FeatureTable = {
    count,
    dim: DIM,
    taps: { text: 3, image: 3 },
    values: new Int8Array(count * 6 * DIM),
    scales: new Float32Array(count * 6),
  };
  for (let row = 0; row < count; row++) {
    for (let tap = 0; tap < 6; tap++) {
      const vector = Float32Array.from({ length: DIM }, (_, d) =>
        d === row % 3 ? 2 : Math.sin(row * 3 + tap + d * 5),
      );
      table.scales[row * 6 + tap] = quantizeRow(vector, table.values, (row * 6 + tap) * DIM);
    }
  }
  const blend = { text: { tap: 1, weight: 0.5 }, image: { tap: 1, weight: 0.5 } };
  return { table, blend, index: catalogIndex(items, table, blend) };
}
