import * as v from 'valibot';
import { counted } from '../common/grouped';
import { categoryPaths, type Item } from './item';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Statistics of a whole catalogue, used to compare a part of it. Variants of one product count once. */
export const catalogStatisticsSchema = v.strictObject({
  count,
  /** Products per category and per broader category (`Food/Fruit` counts for `Food` too), in catalogue order. */
  categories: v.array(v.strictTuple([v.string(), count])),
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
const MIN_KNOWN_SHARE = 0.2;

/** Statistics of a whole catalogue without variants; `productStatistics` is for one that has some. */
export function catalogStatistics(items: readonly Item[]): CatalogStatistics {
  const known = items.flatMap(({ popularity }) => popularity ?? []);
  return {
    count: items.length,
    categories: categoryCounts(items.map(({ category }) => category)),
    numbers: numberStatistics(items),
    popularity: {
      known: known.length,
      mean: known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length),
      any: known.some((value) => value > 0),
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

/** One number of every item by name; `price` means log(1 + price). NaN if an item lacks it. */
export function numbersOf(items: readonly Item[], name: string): Float32Array {
  if (name === 'price') {
    return Float32Array.from(items, (item) => (item.price === undefined ? Number.NaN : Math.log1p(item.price)));
  }
  return Float32Array.from(items, ({ attributes: { [name]: value } }) =>
    typeof value === 'number' ? value : Number.NaN,
  );
}

/** Number of items in every category and every broader one. @param categories one per item */
export const categoryCounts = (categories: readonly string[]): CatalogStatistics['categories'] => [
  ...counted(categories.flatMap(categoryPrefixes)),
];

/** Numeric columns that at least a fifth of the items have and that vary. */
export function numberStatistics(items: readonly Item[]): CatalogStatistics['numbers'] {
  const names = new Set<string>();
  for (const { attributes } of items) {
    for (const [name, value] of Object.entries(attributes)) if (typeof value === 'number') names.add(name);
  }
  names.delete('price');
  return ['price', ...[...names].sort()].flatMap((name) => {
    const values = numbersOf(items, name);
    const known = values.filter(Number.isFinite);
    if (known.length === 0 || known.length < MIN_KNOWN_SHARE * values.length) return [];
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
    return deviation > 1e-6 * Math.abs(mean) ? [{ name, mean, deviation }] : [];
  });
}
