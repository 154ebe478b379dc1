import fc from 'fast-check';
import type { FeatureTable, Item } from '../src/core/catalog';
import { pickRows } from '../src/core/catalog/features/feature-table';
import { NO_RECORD } from '../src/core/events';
import type { CatalogIndex } from '../src/device/ranking/catalog-index';
import { PLACEMENTS } from '../src/device/ranking/placement';
import type { RankRequest } from '../src/device/ranking/rank';
import type { RankState } from '../src/device/ranking/rank-state';
import type { Rules } from '../src/device/ranking/rules/rules';
import { state } from './rankings';

/**
 * The same catalogue with several variants of every product, one after the other: `id.0`, `id.1` … of the group `id`.
 * @param change of a variant. Default: none
 */
export function withVariants(
  items: readonly Item[],
  table: FeatureTable,
  each: number,
  change: (item: Item, variant: number) => Partial<Item> = () => ({}),
): { items: Item[]; table: FeatureTable } {
  const rows = items.flatMap((_, row) => Array.from({ length: each }, () => row));
  return {
    items: rows.map((row, at) => {
      const item = items[row];
      return { ...item, id: `${item.id}.${at % each}`, group: item.id, ...change(item, at % each) };
    }),
    table: pickRows(table, rows),
  };
}

/** The product of a row. */
export const groupOf = (index: CatalogIndex, row: number): string => index.items[row].group ?? index.items[row].id;

/** A shopper, and a request of theirs. */
export interface ShopperRequest {
  shopper: RankState;
  request: RankRequest;
}

/** Any shopper, placement and rules. @param count items */
export function anyRequest(index: CatalogIndex): fc.Arbitrary<ShopperRequest> {
  const row = fc.nat(index.items.length - 1);
  const rows = (maxLength: number) => fc.array(row, { maxLength });
  const ids = row.map((at) => index.items[at].id);
  const filter = fc.oneof(
    fc.constantFrom({ 'attributes.size': 'M' }, { price: { $gt: 20 } }, { availability: 'in-stock' }),
    ids.map((id) => ({ id: { $ne: id } })),
  );
  const pushes = fc.array(fc.record({ filter }), { maxLength: 2 });
  const share = fc.constantFrom(0, 0.4, 1);
  const rules: fc.Arbitrary<Rules> = fc.record(
    {
      filter,
      excludeOutOfStock: fc.boolean(),
      excludeOwned: fc.boolean(),
      excludeInCart: fc.boolean(),
      excludeDismissed: fc.boolean(),
      excludeRecent: fc.nat(5),
      repeats: fc.boolean(),
      boost: pushes,
      bury: pushes,
      diversity: share,
      rotation: share,
      fresh: fc.boolean(),
      pin: fc.array(fc.record({ itemId: ids, position: fc.nat(5) }), { maxLength: 4 }),
      categoryCap: fc.integer({ min: 1, max: 4 }),
    },
    { requiredKeys: [] },
  );
  return fc
    .record({
      rows: rows(8),
      dismissed: rows(3),
      owned: rows(4),
      cart: rows(3),
      shown: rows(9),
      exclude: rows(3),
      due: rows(6),
      inView: fc.option(row),
      placement: fc.constantFrom(...PLACEMENTS),
      rules,
      limit: fc.integer({ min: 1, max: 12 }),
      places: fc.nat(3),
    })
    .map(({ rows: chosen, dismissed, owned, cart, shown, exclude, due, inView, placement, rules: given, ...rest }) => ({
      shopper: {
        ...state({ rows: chosen, strengths: chosen.map(() => 1), dismissed: new Set(dismissed) }),
        record: {
          ...NO_RECORD,
          owned: new Set(owned),
          cart: new Set(cart),
          timesShown: (at: number) => shown.filter((other) => other === at).length,
        },
      },
      request: {
        placement,
        row: inView,
        limit: rest.limit,
        exclude: new Set(exclude),
        rules: given,
        now: 0,
        shownBefore: new Set(shown),
        repeatable: { gains: new Map(due.map((at, n) => [at, 9 - n])), places: rest.places },
      },
    }));
}
