import * as v from 'valibot';
import { categoryPaths, type Item, inCategory } from '../../../core/catalog';
import type { Shown } from '../../../core/catalog/locales';
import { exactObject } from '../../../core/common/schema';
import { storedCount as count } from '../../../core/events';
import { takes } from '../call';
import type { Catalog } from '../catalog/catalog';
import type { ListsParts } from './lists';

type Needs = Pick<ListsParts, 'catalog' | 'rest' | 'shards'>;

const browseSchema = exactObject({
  category: v.optional(v.string(), ''),
  query: v.optional(v.string(), ''),
  offset: v.optional(count, 0),
  limit: v.optional(count, 48),
  lang: v.optional(v.string()),
});
const categoriesSchema = exactObject({ lang: v.optional(v.string()) });

export const browse = takes('catalog.browse()', [v.nullish(browseSchema, {})], async (needs: Needs, request) => {
  const { catalog, rest, shards } = needs;
  const { category, query, offset, limit, lang } = request;
  await rest.waitFor(true);
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const { items, places } = catalog.index;
  const part = shards && (await shardPage(catalog, shards, { category, query, offset, limit }));
  const inOrder = part?.items ?? [...items.keys()].sort((a, b) => places[a] - places[b]).map((row) => items[row]);
  const shown = await catalog.shown(lang);
  const matches = inOrder.filter((item) => {
    if (category !== '' && !inCategory(item.category, category)) return false;
    if (words.length === 0) return true;
    const { title, description, category: name } = shown(item);
    const text = `${title} ${description} ${name}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
  const { before, after } = part ?? { before: 0, after: 0 };
  const page = matches.slice(Math.max(0, offset - before), Math.max(0, offset - before + limit));
  return { items: page.map(shown), total: before + matches.length + after };
});

/**
 * The items of the shards with a page of a category, in the order of the shards, or of the shards that fit a query best; last the items
 * that this device added. Also the numbers of items of the category in the shards before and after them.
 */
async function shardPage(
  { bundle, localItems }: Catalog,
  loader: NonNullable<Needs['shards']>,
  { category, query, offset, limit }: v.InferOutput<typeof browseSchema>,
): Promise<{ items: Item[]; before: number; after: number }> {
  const terms = await bundle.shards.terms();
  const own = localItems.map(({ item }) => item);
  if (query.trim() !== '') {
    const found = (await terms?.find(query, { category })) ?? [];
    return { items: [...(await loader.items(found.sort((a, b) => a - b))), ...own], before: 0, after: 0 };
  }
  const { shards = [], counts = [] } = (await terms?.category(category)) ?? {};
  const wanted: number[] = [];
  let [before, count, after] = [0, 0, 0];
  for (const [n, shard] of shards.entries()) {
    if (before + count + counts[n] <= offset) before += counts[n];
    else if (before + count < offset + limit) {
      wanted.push(shard);
      count += counts[n];
    } else after += counts[n];
  }
  return { items: [...(await loader.items(wanted)), ...own], before, after };
}

/** Categories, broader ones included, with their numbers of items and their names in a language. */
export const categories = takes(
  'catalog.categories()',
  [v.nullish(categoriesSchema, {})],
  async (needs: Needs, { lang }) => {
    const { catalog, rest } = needs;
    if (lang !== undefined) await rest.waitFor(true);
    const { items } = catalog.index;
    const labels = catalog.texts ? labelsOf(items, await catalog.texts.in(lang)) : new Map<string, string>();
    return catalog.bundle.head.statistics.categories.map(([category, count]) => {
      const label = labels.get(category);
      return label === undefined || label === category ? { category, count } : { category, label, count };
    });
  },
);

/** The name of each category in a language, by items that have as many paths of as many names there. */
function labelsOf(items: Catalog['index']['items'], shown: Shown): Map<string, string> {
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
