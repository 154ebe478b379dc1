import type { CatalogIndex } from './catalog-index';

/** Difference of log prices at which the affinity has fallen to 1/e. */
const PRICE_SCALE = 0.3;

/**
 * Share of category levels that each item has in common with item `row`: levels in common over the larger count of the two.
 * @returns [count], 0..1; zeros for an item without category
 */
export function sharedCategory({ categories, items }: CatalogIndex, row: number): Float32Array {
  const own = new Set(categories.ofItem[row]);
  return Float32Array.from(items, (_, other) => {
    const ids = categories.ofItem[other];
    let common = 0;
    for (const id of ids) if (own.has(id)) common++;
    return common === 0 ? 0 : common / Math.max(own.size, ids.length);
  });
}

/** exp(-|log(1 + a) - log(1 + b)| / 0.3) of two prices a, b. @returns [count], 0..1; 0 where a price is missing */
export function priceCloseness({ items }: CatalogIndex, row: number): Float32Array {
  const { price: own } = items[row];
  if (own === undefined) return new Float32Array(items.length);
  const log = Math.log1p(own);
  return Float32Array.from(items, ({ price }) =>
    price === undefined ? 0 : Math.exp(-Math.abs(Math.log1p(price) - log) / PRICE_SCALE),
  );
}
