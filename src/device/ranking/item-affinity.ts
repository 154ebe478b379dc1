import type { CatalogIndex } from './catalog-index';

/** Difference of log prices at which the affinity has fallen to 1/e. */
const PRICE_SCALE = 0.3;

/**
 * Share of category levels that items have in common with item `row`: levels in common over the larger count of the two.
 * @returns of each item, 0..1; 0 for an item without category
 */
export function sharedCategory(
  { categories: { paths, pathOf } }: Pick<CatalogIndex, 'categories'>,
  row: number,
): (other: number) => number {
  const own = new Set(paths[pathOf[row]]);
  const ofPath = Float32Array.from(paths, (ids) => {
    let common = 0;
    for (const id of ids) if (own.has(id)) common++;
    return common === 0 ? 0 : common / Math.max(own.size, ids.length);
  });
  return (other) => ofPath[pathOf[other]];
}

/** Powers of the prices, per list of items: offers replace the list. */
const powers = new WeakMap<CatalogIndex['items'], Float64Array>();

/**
 * exp(-|log(1 + a) - log(1 + b)| / 0.3) with the price a of item `row` and the price b of each item.
 * @returns one value per item, 0..1; 0 if a price is missing
 */
export function priceCloseness({ items }: Pick<CatalogIndex, 'items'>, row: number): (other: number) => number {
  const known = powers.get(items) ?? pricePowers(items);
  powers.set(items, known);
  const own = known[row];
  // As (1 + a)^(1 / 0.3) over (1 + b)^(1 / 0.3), the smaller over the larger.
  return (other) => Math.fround(Math.min(own / known[other], known[other] / own)) || 0;
}

/** (1 + price)^(1 / 0.3) of every item; NaN without a price. */
const pricePowers = (items: CatalogIndex['items']): Float64Array =>
  Float64Array.from(items, ({ price }) =>
    price === undefined ? Number.NaN : Math.exp(Math.log1p(price) / PRICE_SCALE),
  );
