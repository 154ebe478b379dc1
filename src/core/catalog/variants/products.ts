import type { Learned } from '../bundle/bundle';
import type { CooccurrenceTable } from '../cooccurrence';
import { pickDemand } from '../demand';
import { type FeatureTable, pickRows } from '../features/feature-table';
import type { Item } from '../item';
import { pickSideModel } from '../side-model/side-model';
import { variantGroups } from './variant-groups';

/**
 * A catalogue with one item per product, its first variant: counting and training on logs happen per product, whichever
 * variant a log names.
 */
export interface Products {
  items: Item[];
  /** Place of the product of an item, by the item's id. */
  placeOf: ReadonlyMap<string, number>;
  /** The same rows of a table with one entry for each item. */
  pick(features: FeatureTable): FeatureTable;
  /** Expands results for products to all items: each variant gets its product's demand. */
  spread(learned: Pick<Learned, 'cooccurrence' | 'side' | 'demand'>): typeof learned;
}

export function productsOf(items: Item[]): Products {
  const groups = variantGroups(items);
  if (!groups) {
    const placeOf = new Map(items.map(({ id }, row) => [id, row]));
    return { items, placeOf, pick: (features) => features, spread: (learned) => learned };
  }
  const rows = groups.products;
  const placeOfRow = new Map(rows.map((row, place) => [row, place]));
  const places = items.map((_, row) => placeOfRow.get(groups.of[row]?.[0] ?? row) ?? 0);
  return {
    items: rows.map((row) => ({ ...items[row], popularity: groups.popularity[row] })),
    placeOf: new Map(items.map(({ id }, row) => [id, places[row]])),
    pick: (features) => pickRows(features, [...rows]),
    spread: ({ cooccurrence, side, demand }) => ({
      // Variants of one product have the same vector.
      ...(side && { side: { ...side, model: pickSideModel(side.model, places) } }),
      ...(cooccurrence && { cooccurrence: cooccurrenceOfItems(cooccurrence, rows, items.length) }),
      ...(demand && { demand: pickDemand(demand, places) }),
    }),
  };
}

/** The table of a catalogue's items: only the first variant of a product has entries. */
function cooccurrenceOfItems(table: CooccurrenceTable, rows: readonly number[], count: number): CooccurrenceTable {
  const offsets = new Uint32Array(count + 1);
  for (const [place, row] of rows.entries()) offsets[row + 1] = table.offsets[place + 1] - table.offsets[place];
  for (let row = 0; row < count; row++) offsets[row + 1] += offsets[row];
  return { ...table, count, offsets, rows: table.rows.map((place) => rows[place]) };
}
