import type { Item } from './item';

/** Which items of a catalogue are variants of one product, by row. */
export interface VariantGroups {
  /** For a row that shares its product with others, all rows of the product, ascending; undefined for every other row. */
  readonly of: readonly (readonly number[] | undefined)[];
  /** One row of every product, the first. */
  readonly products: readonly number[];
  /** Weight of each row where every product weighs 1: one over the number of its variants. */
  readonly weights: Float64Array;
}

/** The variant groups of some items; null where each item is a product of its own. */
export function variantGroups(items: readonly Pick<Item, 'group'>[]): VariantGroups | null {
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
  return {
    of: all.map((rows) => (rows.length > 1 ? rows : undefined)),
    products,
    weights: Float64Array.from(all, (rows) => 1 / rows.length),
  };
}

/**
 * Popularity of the product of every item, undefined where it is unknown: the sum over its variants, as their choices add up.
 * Where all of them have the same number, it is that of the product, which the feed repeats.
 */
export function productPopularity(
  items: readonly Pick<Item, 'popularity'>[],
  groups: VariantGroups | null,
): (number | undefined)[] {
  const own = items.map(({ popularity }) => popularity);
  const out = [...own];
  for (const row of groups?.products ?? []) {
    const rows = groups?.of[row] ?? [row];
    if (rows.every((other) => own[other] === own[row])) continue;
    const sum = rows.reduce((total, other) => total + (own[other] ?? 0), 0);
    for (const other of rows) out[other] = sum;
  }
  return out;
}
