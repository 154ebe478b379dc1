import type { Shopper } from '../packages/lab/evaluate/shoppers';
import { createTable, type Item } from '../src/core/catalog';
import { quantizeRow } from '../src/core/common/bytes';
import { seededRandom } from '../src/core/common/random';
import type { LearnerCatalog } from '../src/device/learner';
import { catalogIndex } from '../src/device/ranking';

const COUNT = 60;

/** 60 items; every sixth is new. */
export function evaluatedCatalog(): LearnerCatalog {
  const random = seededRandom(4);
  const table = createTable({ dim: 4, taps: { text: 2, image: 2 } }, COUNT);
  for (let row = 0; row < COUNT * 4; row++) {
    const vector = Float32Array.from({ length: 4 }, () => random() - 0.5);
    table.scales[row] = quantizeRow(vector, table.values, row * 4);
  }
  // Every sixth item is new.
  const items = Array.from(
    { length: COUNT },
    (_, row): Item => ({
      id: `i${row}`,
      title: '',
      description: '',
      category: `c${row % 3}`,
      availability: 'in-stock',
      attributes: {},
      popularity: row % 6 === 0 ? undefined : 1 + (row % 7),
    }),
  );
  const blend = { text: { tap: 1, weight: 0.5 }, image: { tap: 1, weight: 0.5 } };
  return { index: catalogIndex(items, table, blend), table, blend };
}

/** Shoppers who go through the catalogue in steps and return to the first item now and then. */
export const shoppersBySteps = (steps: readonly number[], events = 30): Shopper[] =>
  steps.map((step) => {
    const rows = Array.from({ length: events }, (_, n) => (n % 9 === 8 ? 0 : (3 + n * step) % COUNT));
    return { id: `${step}`, rows, times: rows.map((_row, n) => 700 * n) };
  });
