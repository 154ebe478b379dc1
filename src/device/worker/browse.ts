// Lists of a page other than recommendations. The first list does not need this code.

import * as v from 'valibot';
import { categoryPaths, inCategory } from '../../core/catalog';
import type { Shown } from '../../core/catalog/locales';
import { exactObject } from '../../core/common/schema';
import { type BrowseResponse, type CategoryCount, parsed } from '../protocol';
import type { LoadedCatalog } from './loaded-catalog';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const browseSchema = exactObject({
  category: v.optional(v.string(), ''),
  query: v.optional(v.string(), ''),
  offset: v.optional(count, 0),
  limit: v.optional(count, 48),
  lang: v.optional(v.string()),
});
const categoriesSchema = exactObject({ lang: v.optional(v.string()) });

/** @throws SidestreamError `runtime/invalid-input` */
export async function browse({ index, texts }: LoadedCatalog, request: unknown): Promise<BrowseResponse> {
  const { category, query, offset, limit, lang } = parsed(browseSchema, request ?? {}, 'browse()');
  const shown = (await texts?.in(lang)) ?? asItIs;
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const matches = index.items.filter((item) => {
    if (category !== '' && !inCategory(item.category, category)) return false;
    if (words.length === 0) return true;
    const { title, description, category: name } = shown(item);
    const text = `${title} ${description} ${name}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
  return { items: matches.slice(offset, offset + limit).map(shown), total: matches.length };
}

/**
 * Categories, broader ones included, with their numbers of items and their names in a language.
 * @throws SidestreamError `runtime/invalid-input`
 */
export async function categories(catalog: LoadedCatalog, request: unknown): Promise<CategoryCount[]> {
  const { lang } = parsed(categoriesSchema, request ?? {}, 'categories()');
  const { items } = catalog.index;
  const labels = catalog.texts ? labelsOf(items, await catalog.texts.in(lang)) : new Map<string, string>();
  return counted(catalog).map(([category, count]) => {
    const label = labels.get(category);
    return label === undefined || label === category ? { category, count } : { category, label, count };
  });
}

function counted({ bundle, index }: LoadedCatalog): readonly (readonly [string, number])[] {
  const { statistics } = bundle;
  if (statistics) return statistics.categories;
  const counts = new Map<string, number>();
  for (const { category } of index.items) {
    for (const path of categoryPaths(category)) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  return [...counts];
}

/** The name of each category in a language, by items that have as many paths of as many names there. */
function labelsOf(items: LoadedCatalog['index']['items'], shown: Shown): Map<string, string> {
  const labels = new Map<string, string>();
  for (const item of items) {
    // An item without texts in the language has no category name in it.
    if (shown(item).category === item.category) continue;
    const [own, other] = [item, shown(item)].map(({ category }) =>
      categoryPaths(category).map((path) => path.split('/')),
    );
    if (own.length !== other.length) continue;
    for (const [n, names] of own.entries()) {
      if (names.length !== other[n].length) continue;
      for (let depth = 1; depth <= names.length; depth++) {
        const path = names.slice(0, depth).join('/');
        if (!labels.has(path)) labels.set(path, other[n].slice(0, depth).join('/'));
      }
    }
  }
  return labels;
}

const asItIs: Shown = (item) => item;
