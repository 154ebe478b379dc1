import { type CatalogStatistics, catalogStatistics, numberStatistics, numbersOf } from '../catalog-statistics';
import type { Item } from '../item';
import type { VariantGroups } from './variant-groups';

/** Statistics of a whole catalogue in which every product weighs the same, however many variants it has. */
export function productStatistics(items: readonly Item[], groups: VariantGroups | null): CatalogStatistics {
  if (!groups) return catalogStatistics(items);
  const products = groups.products.map((row) => ({ ...items[row], popularity: groups.popularity[row] }));
  return {
    ...catalogStatistics(products),
    // Variants may differ in their numbers, such as sizes, so one variant cannot represent all.
    numbers: numberStatistics(items).map(({ name, ...plain }) => ({ name, ...moments(items, name, groups, plain) })),
  };
}

type Moments = Omit<CatalogStatistics['numbers'][number], 'name'>;

/** @param plain used if no product has a weight */
function moments(items: readonly Item[], name: string, { divisors }: VariantGroups, plain: Moments): Moments {
  const values = numbersOf(items, name);
  let [weights, sum, squares] = [0, 0, 0];
  for (const [row, value] of values.entries()) if (Number.isFinite(value)) weights += 1 / divisors[row];
  for (const [row, value] of values.entries()) if (Number.isFinite(value)) sum += value / divisors[row] / weights;
  for (const [row, value] of values.entries())
    if (Number.isFinite(value)) squares += (value - sum) ** 2 / divisors[row] / weights;
  return squares > 0 ? { mean: sum, deviation: Math.sqrt(squares) } : plain;
}
