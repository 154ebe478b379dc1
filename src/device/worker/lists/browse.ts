import * as v from 'valibot';
import { categoryPaths, type Item, inCategory } from '../../../core/catalog';
import type { Shown } from '../../../core/catalog/locales';
import { exactObject } from '../../../core/common/schema';
import { storedCount as count } from '../../../core/events';
import { type Call, takes } from '../call';
import type { Catalog } from '../catalog/catalog';
import type { ShardLoader } from '../loading/shard-loader';

const browseSchema = exactObject({
  category: v.optional(v.string(), ''),
  offset: v.optional(count, 0),
  limit: v.optional(count, 48),
  lang: v.optional(v.string()),
});
const categoriesSchema = exactObject({ lang: v.optional(v.string()) });

export const browse = takes(
  'catalog.browse()',
  [v.nullish(browseSchema, {})],
  async (needs: Pick<Call, 'catalog' | 'rest' | 'shards'>, request) => {
    const { catalog, rest, shards } = needs;
    const { category, offset, limit, lang } = request;
    await rest.waitFor(true);
    const { items, places } = catalog.index;
    const part = shards && (await shardPage(catalog, shards, request));
    const inOrder = part?.items ?? [...items.keys()].sort((a, b) => places[a] - places[b]).map((row) => items[row]);
    const shown = await catalog.shown(lang);
    const matches = inOrder.filter((item) => category === '' || inCategory(item.category, category));
    const { before, after } = part ?? { before: 0, after: 0 };
    const page = matches.slice(Math.max(0, offset - before), Math.max(0, offset - before + limit));
    return { items: page.map(shown), total: before + matches.length + after };
  },
);

/**
 * The items of the shards with a page of a category, in the order of the shards; last the items that this device added. Also the numbers
 * of items of the category in the shards before and after them.
 */
async function shardPage(
  { bundle, localItems }: Catalog,
  loader: ShardLoader,
  { category, offset, limit }: v.InferOutput<typeof browseSchema>,
): Promise<{ items: Item[]; before: number; after: number }> {
  const terms = await bundle.shards.terms();
  const own = localItems.map(({ item }) => item);
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
  async ({ catalog, rest }: Pick<Call, 'catalog' | 'rest'>, { lang }) => {
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
