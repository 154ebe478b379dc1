import * as v from 'valibot';
import { categoryPaths } from './category';
import type { Item } from './item';
import { productPopularity, variantGroups } from './variants';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Statistics of a whole catalogue, against which a part of it is compared. Variants of one product count once. */
export const catalogStatisticsSchema = v.strictObject({
  /** Number of products. */
  count,
  /** Products per category and per broader one (`Food/Fruit` counts for `Food` too), in catalogue order. */
  categories: v.array(v.tuple([v.string(), count])),
  /** Numeric columns that differ between items, `price` first: log(1 + price) and attributes by name. */
  numbers: v.array(v.strictObject({ name: v.string(), mean: finite, deviation: v.pipe(finite, v.minValue(0)) })),
  popularity: v.strictObject({
    /** Products that have a popularity, its mean over them, and whether any is above 0. */
    known: count,
    mean: finite,
    any: v.boolean(),
  }),
});
export type CatalogStatistics = v.InferOutput<typeof catalogStatisticsSchema>;

/** Share of the items that must have a number for it to become a column. */
const LEAST_KNOWN = 0.2;

/** Statistics of a whole catalogue, in which each product weighs the same, however many variants it has. */
export function catalogStatistics(all: readonly Item[], groups = variantGroups(all)): CatalogStatistics {
  const items = groups?.products.map((row) => all[row]) ?? all;
  const popularity = productPopularity(all, groups);
  const popularities = (groups?.products ?? [...all.keys()]).flatMap((row) => popularity[row] ?? []);
  return {
    count: items.length,
    categories: categoryCounts(items.map(({ category }) => category)),
    numbers: numberStatistics(all, groups?.weights),
    popularity: {
      known: popularities.length,
      mean: popularities.reduce((sum, popularity) => sum + popularity, 0) / Math.max(1, popularities.length),
      any: popularities.some((value) => value > 0),
    },
  };
}

/** The category of an item and every broader one, from broad to narrow. */
export function categoryPrefixes(category: string): string[] {
  const prefixes = categoryPaths(category).flatMap((path) => {
    const segments = path.split('/');
    return segments.map((_, depth) => segments.slice(0, depth + 1).join('/'));
  });
  return [...new Set(prefixes)];
}

/** One number of every item by name, `price` being log(1 + price); NaN where an item has none. */
export function numbersOf(items: readonly Item[], name: string): Float32Array {
  if (name === 'price') {
    return Float32Array.from(items, (item) => (item.price === undefined ? Number.NaN : Math.log1p(item.price)));
  }
  return Float32Array.from(items, ({ attributes: { [name]: value } }) =>
    typeof value === 'number' ? value : Number.NaN,
  );
}

/** Number of items in every category and every broader one. @param categories one per item */
export function categoryCounts(categories: readonly string[]): CatalogStatistics['categories'] {
  const counts = new Map<string, number>();
  for (const category of categories) {
    for (const name of categoryPrefixes(category)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts];
}

/**
 * Numeric columns that at least a fifth of the items have and that are not the same for all.
 * @param weights one per item. Default: all the same
 */
export function numberStatistics(items: readonly Item[], weights?: Float64Array): CatalogStatistics['numbers'] {
  const weight = (row: number): number => weights?.[row] ?? 1;
  const names = new Set<string>();
  for (const { attributes } of items) {
    for (const [name, value] of Object.entries(attributes)) if (typeof value === 'number') names.add(name);
  }
  names.delete('price');
  return ['price', ...[...names].sort()].flatMap((name) => {
    const values = numbersOf(items, name);
    const known = [...values.keys()].filter((row) => Number.isFinite(values[row]));
    const total = known.reduce((sum, row) => sum + weight(row), 0);
    if (known.length === 0 || total < LEAST_KNOWN * values.reduce((sum, _, row) => sum + weight(row), 0)) return [];
    const mean = known.reduce((sum, row) => sum + weight(row) * values[row], 0) / total;
    const deviation = Math.sqrt(known.reduce((sum, row) => sum + weight(row) * (values[row] - mean) ** 2, 0) / total);
    return deviation > 1e-6 * Math.abs(mean) ? [{ name, mean, deviation }] : [];
  });
}
