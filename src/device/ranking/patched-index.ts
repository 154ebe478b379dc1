import type { Item } from '../../core/catalog';
import type { CatalogIndex } from './catalog-index';
import { type NumberColumn, type NumberFeatures, standardized } from './terms/numeric-affinity';

const PRICE = 'price';

/**
 * The index with changed items in some rows; they may differ only in price and stock. Only the prices of these rows are
 * computed again, standardised like the bundle's: the effect of a price on lists and coefficients does not depend on the
 * prices of other items.
 * @param items by row
 * @param repriced whether the ranking reads these prices; default true. False if their unit differs from the bundle's
 * @returns the same index if `items` is empty; unchanged parts are shared
 */
export function patchedIndex(index: CatalogIndex, items: ReadonlyMap<number, Item>, repriced = true): CatalogIndex {
  if (items.size === 0) return index;
  const patched = [...index.items];
  const priced: number[] = [];
  for (const [row, item] of items) {
    if (item.price !== patched[row].price) priced.push(row);
    patched[row] = item;
  }
  if (priced.length === 0 || !repriced) return { ...index, items: patched };
  const numbers = index.numbers.map((column): NumberColumn => {
    if (column.name !== PRICE) return column;
    const values = column.values.slice();
    const now = standardized(
      priced.map((row) => patched[row]),
      column,
    );
    for (const [n, row] of priced.entries()) values[row] = now[n];
    return { ...column, values };
  });
  const { ownNumbers = index.numbers } = index;
  const update = (features: NumberFeatures): boolean => updateFeatures(features, numbers, ownNumbers);
  return { ...index, items: patched, numbers, ownNumbers, updateFeatures: update };
}

/** Numbers that features were last brought up to date with. */
const seen = new WeakMap<NumberFeatures, CatalogIndex['numbers']>();

function updateFeatures(
  features: NumberFeatures,
  numbers: CatalogIndex['numbers'],
  own: CatalogIndex['numbers'],
): boolean {
  const before = seen.get(features) ?? own;
  if (before === numbers) return false;
  seen.set(features, numbers);
  for (const [n, { name, values }] of numbers.entries()) {
    const known = before[n]?.values;
    if (!known || known === values) continue;
    for (let row = 0; row < features.count; row++) {
      if (!Object.is(values[row], known[row])) features.setNumber(name, row, values[row]);
    }
  }
  return true;
}
