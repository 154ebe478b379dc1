import { categoryPaths, type Item } from '../../core/catalog';
import { kept } from '../../core/common/grouped';
import type { ShopperRecord } from '../../core/events';
import type { CatalogIndex } from './catalog-index';

/** A property by which a shopper chooses among the variants of a product. */
export interface ProductOption {
  /** Name of the attribute, as in the shop's feed. */
  name: string;
  /** Kind of the option, according to its name. */
  kind: 'color' | 'size' | 'other';
  /** Its values, in the order of the catalogue. */
  values: string[];
  /** The size that the shopper bought most often among products of this kind, if this product has it. */
  usual?: string;
}

/** Names of attributes of the feed, in the languages of the elements. */
const KINDS: readonly [ProductOption['kind'], RegExp][] = [
  ['color', /colou?r|farbe|couleur|カラー|色|لون/i],
  ['size', /size|größe|groesse|taille|talla|tamaño|サイズ|مقاس/i],
];
/** Names of attributes that number a variant and say nothing to a shopper. */
const NUMBERS = /^(sku|gtin|ean|mpn|upc|isbn|barcode|.*[\W_]?id|.*(url|link|code|number))$/i;
/** Maximum number of options, as in Shopify. */
const MAX_OPTIONS = 3;

const kindOf = (name: string): ProductOption['kind'] => KINDS.find(([, names]) => names.test(name))?.[0] ?? 'other';

/** The value of an attribute as a text; null for a list and for no value. */
function textOf({ attributes }: Item, name: string): string | null {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : '';
  return Array.isArray(value) || value === '' ? null : `${value}`;
}

/** Sizes that the shopper usually buys: the best first, by category path; of items without a category under ''. */
export type UsualSizes = ReadonlyMap<string, readonly string[]>;

/**
 * The sizes that a shopper bought, by category and every broader one. More purchases come first, then later ones.
 * @param purchases times by row
 */
export function usualSizes({ items }: Pick<CatalogIndex, 'items'>, purchases: ShopperRecord['purchases']): UsualSizes {
  const bought = new Map<string, Map<string, { times: number; last: number }>>();
  for (const [row, times] of purchases) {
    const item = items[row];
    const name = Object.keys(item.attributes).find((attribute) => kindOf(attribute) === 'size');
    const size = name === undefined ? null : textOf(item, name);
    if (size === null) continue;
    for (const path of pathsOf(item)) {
      const sizes = kept(bought, path, () => new Map<string, { times: number; last: number }>());
      const known = sizes.get(size) ?? { times: 0, last: 0 };
      sizes.set(size, { times: known.times + times.length, last: Math.max(known.last, ...times) });
    }
  }
  const ordered = (sizes: Map<string, { times: number; last: number }>): string[] =>
    [...sizes].sort(([, a], [, b]) => b.times - a.times || b.last - a.last).map(([size]) => size);
  return new Map([...bought].map(([path, sizes]) => [path, ordered(sizes)]));
}

/** The category of an item and every broader one, the narrowest first; '' without a category. */
function pathsOf({ category }: Item): string[] {
  const names = categoryPaths(category)[0]?.split('/') ?? [''];
  return names.map((_, n) => names.slice(0, names.length - n).join('/'));
}

/**
 * The properties in which variants of a product differ, colours first, then sizes.
 * @param rows of all its variants
 * @param usual sizes of the shopper
 */
export function optionsOf(
  { items }: Pick<CatalogIndex, 'items'>,
  rows: readonly number[],
  usual: UsualSizes | null,
): ProductOption[] {
  if (rows.length < 2) return [];
  const variants = rows.map((row) => items[row]);
  const names = new Set(variants.flatMap(({ attributes }) => Object.keys(attributes)));
  const options = [...names].flatMap((name): ProductOption[] => {
    if (NUMBERS.test(name)) return [];
    const values = variants.map((item) => textOf(item, name));
    // An attribute that some variants lack does not tell them apart.
    const different = new Set(values.filter((value) => value !== null));
    return values.includes(null) || different.size < 2 ? [] : [{ name, kind: kindOf(name), values: [...different] }];
  });
  const place = ({ kind }: ProductOption): number => ['color', 'size', 'other'].indexOf(kind);
  const kept: ProductOption[] = [];
  let combinations = variants.map(() => '');
  for (const option of options.sort((a, b) => place(a) - place(b))) {
    const more = combinations.map((before, n) => JSON.stringify([before, textOf(variants[n], option.name)]));
    // An option that the others determine, such as the shade of a colour, is no choice of its own.
    if (kept.length === MAX_OPTIONS || new Set(more).size === new Set(combinations).size) continue;
    combinations = more;
    const size = option.kind === 'size' ? usualOf(variants[0], option.values, usual) : undefined;
    kept.push(size === undefined ? option : { ...option, usual: size });
  }
  return kept;
}

/**
 * The usual size of the narrowest category in which the shopper bought a size that the product has. Numbers count only in the same
 * category: a shoe of 38 says nothing about trousers.
 */
function usualOf(item: Item, sizes: readonly string[], usual: UsualSizes | null): string | undefined {
  for (const [n, path] of pathsOf(item).entries()) {
    const found = usual?.get(path)?.find((size) => sizes.includes(size) && (n === 0 || !/\d/.test(size)));
    if (found !== undefined) return found;
  }
  return undefined;
}
