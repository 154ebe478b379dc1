import type { Item } from '../item';

/** Which items of a catalogue are variants of one product, by row. */
export interface VariantGroups {
  /** For a row that shares its product with others, all rows of the product, ascending; undefined for every other row. */
  readonly of: readonly (readonly number[] | undefined)[];
  /** One row of every product, the first. */
  readonly products: readonly number[];
  /** What a mean over products divides the value of each row by: their number, times that of the row's variants. */
  readonly divisors: Float64Array;
  /**
   * Popularity of the product of each row, undefined where it is unknown: the sum over its variants, as their choices add up.
   * Where all of them have the same number, it is that of the product, which the feed repeats.
   */
  readonly popularity: readonly (number | undefined)[];
}

/** The variant groups of some items; null where each item is a product of its own. */
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
