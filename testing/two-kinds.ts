import type { FeatureTable, Item } from '../src/core/catalog';
import { quantizeRow } from '../src/core/common/bytes';
import { seededRandom } from '../src/core/common/random';
import { type CatalogIndex, catalogIndex } from '../src/device/ranking';

const DIM = 4;

/** Items of two kinds, which alternate and differ in content, category and year. */
export function twoKinds(count: number): CatalogIndex {
  const random = seededRandom(3);
  const items: Item[] = Array.from({ length: count }, (_, row) => ({
    id: `item-${row}`,
    title: `Item ${row}`,
    description: '',
    category: row % 2 ? 'Old' : 'New',
    availability: 'in-stock',
    attributes: { year: (row % 2 ? 1950 : 2000) + Math.floor(random() * 10) },
  }));
  const table: FeatureTable = {
    count,
    dim: DIM,
    taps: { text: 1, image: 1 },
    values: new Int8Array(count * 2 * DIM),
    scales: new Float32Array(count * 2),
  };
  for (let at = 0; at < count * 2; at++) {
    const kind = Math.floor(at / 2) % 2;
    const vector = Float32Array.from({ length: DIM }, (_, d) => (d === kind ? 1 : 0) + 0.3 * (random() - 0.5));
    table.scales[at] = quantizeRow(vector, table.values, at * DIM);
  }
  return catalogIndex(items, table, { text: { tap: 0, weight: 0.5 }, image: { tap: 0, weight: 0.5 } });
}
