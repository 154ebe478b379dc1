import { addToGroup } from '../../common/grouped';
import { type CatalogStatistics, catalogStatistics, numberStatistics, numbersOf } from '../catalog-statistics';
import type { Item } from '../item';

/** Which items of a catalogue are variants of one product, by row. */
export interface VariantGroups {
  /** For a row that shares its product with others, all rows of the product, ascending; undefined for every other row. */
  readonly of: readonly (readonly number[] | undefined)[];
  /** One row of every product, the first. */
  readonly products: readonly number[];
  /** Divisor of each row's value in a mean over products: the number of products times the number of the row's variants. */
  readonly divisors: Float64Array;
  /**
   * Popularity of the product of each row, undefined if it is unknown: the sum over its variants, because their choices
   * add up. If all variants have the same number, it is the product's, which the feed repeats.
   */
  readonly popularity: readonly (number | undefined)[];
}

/** The variant groups of some items; null if every item is a separate product. */
export function variantGroups(items: readonly Pick<Item, 'group' | 'popularity'>[]): VariantGroups | null {
  if (!items.some(({ group }) => group)) return null;
  const groups = new Map<string, number[]>();
  const all = items.map(({ group }, row) => (group ? addToGroup(groups, group, row) : [row]));
  const products = [...all.keys()].filter((row) => all[row][0] === row);
  if (products.length === items.length) return null;
  const popularity = items.map((item) => item.popularity);
  for (const rows of groups.values()) {
    const own = rows.map((row) => items[row].popularity);
    if (own.every((value) => value === own[0])) continue;
    const sum = own.reduce<number>((total, value) => total + (value ?? 0), 0);
    for (const row of rows) popularity[row] = sum;
  }
  return {
    of: all.map((rows) => (rows.length > 1 ? rows : undefined)),
    products,
    divisors: Float64Array.from(all, (rows) => products.length * rows.length),
    popularity,
  };
}

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
  const rows = [...values.keys()].filter((row) => Number.isFinite(values[row]));
  const weights = rows.reduce((sum, row) => sum + 1 / divisors[row], 0);
  const mean = rows.reduce((sum, row) => sum + values[row] / divisors[row] / weights, 0);
  const variance = rows.reduce((sum, row) => sum + (values[row] - mean) ** 2 / divisors[row] / weights, 0);
  return variance > 0 ? { mean, deviation: Math.sqrt(variance) } : plain;
}
