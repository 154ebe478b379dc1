import type { CooccurrenceTable, FeatureTable, Item, SideModel } from '../src/core/catalog';
import { quantizeRow } from '../src/core/common/bytes';
import type { ChoiceHistory } from '../src/core/events';
import { type CatalogIndex, catalogIndex } from '../src/device/ranking/catalog-index';
import { listInView } from '../src/device/ranking/lists-in-view';
import type { RankRequest } from '../src/device/ranking/rank';
import type { RankState } from '../src/device/ranking/rank-state';
import type { TermWeights } from '../src/device/ranking/score';
import { productVariants } from '../src/device/ranking/variants';
import { makeItem } from './bundles';

const DIM = 4;

/** Two groups of items: texts and pictures of a group point the same way, with a small turn per item. */
export function catalog(
  overrides: Partial<Item>[] = [],
  boughtTogether: CooccurrenceTable | null = null,
  side: SideModel | null = null,
): CatalogIndex {
  const items = Array.from({ length: Math.max(8, overrides.length) }, (_, row) =>
    makeItem(`item-${row}`, {
      title: `Item ${row}`,
      category: row < 4 ? 'Fruit/Sweet' : 'Tools/Sharp',
      price: row < 4 ? 2 : 40,
      popularity: 0,
      ...overrides[row],
    }),
  );
  const taps = { text: 2, image: 2 };
  const table: FeatureTable = {
    count: items.length,
    dim: DIM,
    taps,
    values: new Int8Array(items.length * 4 * DIM),
    scales: new Float32Array(items.length * 4),
  };
  for (let row = 0; row < items.length; row++) {
    for (let tap = 0; tap < 4; tap++) {
      const vector = new Float32Array(DIM);
      vector[row < 4 ? 0 : 1] = 1;
      vector[2] = (row % 4) * 0.1;
      const at = row * 4 + tap;
      table.scales[at] = quantizeRow(vector, table.values, at * DIM);
    }
  }
  const blend = { text: { tap: 1, weight: 0.5 }, image: { tap: 1, weight: 0.5 } };
  return catalogIndex(items, table, blend, { cooccurrence: boughtTogether, side, variants: productVariants(items) });
}

/** Others chose item 0 with item 6 (lift 3) and with item 7 (lift 5), the last item of the catalogue. */
export const COOCCURRENCE: CooccurrenceTable = {
  count: 8,
  offsets: Uint32Array.of(0, 2, 2, 2, 2, 2, 2, 3, 4),
  rows: Uint32Array.of(6, 7, 0, 0),
  lifts: Float32Array.of(3, 5, 3, 5),
};

export const WEIGHTS: TermWeights = {
  sideModel: 0.5,
  boughtTogether: 2,
  recent: 4,
  session: 1,
  nearestHistory: 2,
  category: 0.5,
  numericAffinity: 0.25,
  popularity: 0.5,
  coldStart: 1,
  disliked: 2,
  preference: 1,
};

/** State of a shopper with this history. */
export function state(history: Partial<ChoiceHistory> = {}): RankState {
  return {
    history: { rows: [], strengths: [], dismissed: new Set(), ...history },
    weights: WEIGHTS,
    residualScores: null,
  };
}

/** The part of a request for a list about these items. */
export const about = (...rows: number[]): Pick<RankRequest, 'row' | 'exclude' | 'inView'> => ({
  row: null,
  exclude: new Set(rows),
  inView: listInView(rows),
});

/** State of a shopper who chose these items. */
export const chose = (...rows: number[]): RankState => state({ rows, strengths: rows.map(() => 1) });
