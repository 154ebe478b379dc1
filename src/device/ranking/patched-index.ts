import type { Item } from '../../core/catalog';
import type { CatalogIndex } from './catalog-index';
import { numberColumns } from './terms/numeric-affinity';

const PRICE = 'price';

/**
 * The index with changed items in some rows; they may differ only in price and stock. Prices are standardised
 * like the bundle's: the effect of a price on lists and coefficients does not depend on the
 * prices of other items.
 * @param items by row
 * @param repriced whether the ranking reads these prices; default true. False if their unit differs from the bundle's
 * @returns the same index if `items` is empty; unchanged parts are shared
 */
export function patchedIndex(index: CatalogIndex, items: ReadonlyMap<number, Item>, repriced = true): CatalogIndex {
  if (items.size === 0) return index;
  const patched = [...index.items];
  let changed = false;
  for (const [row, item] of items) {
    changed ||= item.price !== patched[row].price;
    patched[row] = item;
  }
  if (!changed || !repriced) return { ...index, items: patched };
  const numbers = index.numbers.map((column) => (column.name === PRICE ? numberColumns(patched, [column])[0] : column));
  return { ...index, items: patched, numbers, ownNumbers: index.ownNumbers ?? index.numbers };
}
