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
   * Popularity of the product of each row, undefined where it is unknown: the sum over its variants, because their choices
   * add up. If all variants have the same number, it is the product's, which the feed repeats.
   */
  readonly popularity: readonly (number | undefined)[];
}

/** The variant groups of some items; null if every item is a separate product. */
export function variantGroups(items: readonly Pick<Item, 'group' | 'popularity'>[]): VariantGroups | null {
  const groups = new Map<string, number[]>();
  const all = items.map(({ group }, row) => {
    if (!group) return [row];
    const rows = groups.get(group) ?? [];
    rows.push(row);
    groups.set(group, rows);
    return rows;
  });
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
