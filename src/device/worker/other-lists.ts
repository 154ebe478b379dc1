// Lists other than recommendations, and explanations. The first list does not need this code.

import * as v from 'valibot';
import { categoryPaths, type Item, inCategory } from '../../core/catalog';
import type { Shown } from '../../core/catalog/locales';
import { exactObject } from '../../core/common/schema';
import { storedCount as count, itemIdSchema } from '../../core/events';
import { checkCall, type Explanation, type Product, parsed, recommendSchema } from '../protocol';
import { explain, optionsOf, planRows, rankSegments, rerank, ruleFields, type SetField, usualSizes } from '../ranking';
import type { EngineParts } from './engine-parts';
import type { LoadedCatalog } from './loaded-catalog';
import { listed } from './recommendation-service';
import type { ShardLoader } from './shard-loader';

const browseSchema = exactObject({
  category: v.optional(v.string(), ''),
  query: v.optional(v.string(), ''),
  offset: v.optional(count, 0),
  limit: v.optional(count, 48),
  lang: v.optional(v.string()),
});
const categoriesSchema = exactObject({ lang: v.optional(v.string()) });

export async function browse({ catalog, rest, shardLoader }: EngineParts, request?: unknown) {
  const { category, query, offset, limit, lang } = parsed(browseSchema, request ?? {}, 'catalog.browse()');
  await rest.waitFor(true);
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const { items, places } = catalog.index;
  const part = shardLoader && (await shardPage(catalog, shardLoader, { category, query, offset, limit }));
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
}

/**
 * The items of the shards with a page of a category, in the order of the shards, or of the shards that fit a query best; last the items
 * that this device added. Also the numbers of items of the category in the shards before and after them.
 */
async function shardPage(
  { bundle, localItems }: LoadedCatalog,
  loader: ShardLoader,
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
export async function categories({ catalog, rest }: EngineParts, request?: unknown) {
  const { lang } = parsed(categoriesSchema, request ?? {}, 'catalog.categories()');
  if (lang !== undefined) await rest.waitFor(true);
  const { items } = catalog.index;
  const labels = catalog.texts ? labelsOf(items, await catalog.texts.in(lang)) : new Map<string, string>();
  return catalog.bundle.head.statistics.categories.map(([category, count]) => {
    const label = labels.get(category);
    return label === undefined || label === category ? { category, count } : { category, label, count };
  });
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

const MAX_IDS = 10_000;
/** Number of ids of a list whose shards are loaded: the part that a shopper sees first. */
const LOADED_IDS = 48;

const position = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_IDS - 1));
const idsSchema = v.pipe(v.array(v.string()), v.maxLength(MAX_IDS, `must have at most ${MAX_IDS} ids`));
const rerankSchema = exactObject({
  strength: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 1),
  boost: ruleFields.boost,
  bury: ruleFields.bury,
  coldStart: ruleFields.coldStart,
  pin: v.optional(v.pipe(v.array(exactObject({ itemId: v.string(), position })), v.maxLength(100))),
});

export async function rerankList(
  { catalog, experiment, session, shardLoader, rest, recommendations }: EngineParts,
  list: unknown,
  options: unknown = {},
  call?: unknown,
) {
  checkCall(call, 'rerank()');
  const ids = parsed(idsSchema, list, 'rerank()', 'ids');
  const { strength, ...own } = parsed(rerankSchema, options, 'rerank()');
  const rules = recommendations.rulesOf(null, own);
  if (strength > 0) await rest.waitFor();
  // Without a history, the order is the shop's, and no item data is needed.
  const personal = strength > 0 && (await session.run(({ learner }) => learner.history.rows.length > 0));
  if (personal) await shardLoader?.loadList(ids.slice(0, LOADED_IDS));
  return session.run(({ learner }) => ({
    ids: rerank(catalog.index, experiment.state(learner.stateAt(Date.now())), { ids, strength, rules }),
    id: recommendations.idOf('rerank'),
  }));
}

const whole = (most: number, otherwise: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most)), otherwise);
const { pin: _, ...rules } = ruleFields;
const listFields = {
  exclude: v.optional(v.unknown()),
  lang: v.optional(v.unknown()),
  hints: v.optional(v.unknown()),
  ...rules,
};
const segmentsSchema = exactObject({
  by: v.custom<SetField>(
    (by) => typeof by === 'string' && /^(category$|attributes\..)/.test(by),
    'must be "category" or an attribute, such as "attributes.brand"',
  ),
  depth: whole(50, 1),
  limit: whole(100, 6),
  items: whole(20, 4),
  ...listFields,
});
const rowsSchema = exactObject({ limit: whole(20, 6), items: whole(50, 12), ...listFields });
const productIdsSchema = v.pipe(v.array(v.string()), v.maxLength(1000));
const productsSchema = exactObject({ lang: v.optional(v.string()), variants: v.optional(v.boolean(), false) });

export async function rankedSegments({ catalog, recommendations }: EngineParts, request: unknown) {
  const { by, depth, limit, items, ...list } = parsed(segmentsSchema, request ?? {}, 'recommendSegments()');
  const given = parsed(recommendSchema, { ...list, limit: items }, 'recommendSegments()');
  const segments = await recommendations.withInput(given, (list) =>
    rankSegments(list.index, ...list.input, { by, depth, limit, items }).map(({ items: ranked, ...segment }) => ({
      ...segment,
      items: listed(list, ranked),
    })),
  );
  return { id: recommendations.idOf('segments'), by, segments, currency: catalog.currency };
}

export async function plannedRows({ catalog, rest, session, recommendations }: EngineParts, request?: unknown) {
  const { limit, items, ...list } = parsed(rowsSchema, request ?? {}, 'recommendRows()');
  const given = parsed(recommendSchema, { ...list, limit: items }, 'recommendRows()');
  // Rows about a product compare contents, of which a new shopper's rows need nothing.
  if (await session.run(({ learner }) => learner.history.rows.length > 0)) await rest.waitFor(true);
  const rows = await recommendations.withInput(given, (input) =>
    planRows(input.index, ...input.input, { limit, items }).map(({ items: ranked, ...row }) => ({
      ...row,
      items: listed(input, ranked),
    })),
  );
  return { id: recommendations.idOf('rows'), rows, currency: catalog.currency };
}

export async function products(
  { catalog, rest, session, options, shardLoader }: EngineParts,
  given: unknown,
  request?: unknown,
) {
  const ids = parsed(productIdsSchema, given, 'catalog.products()', 'ids');
  const { lang = options.lang, variants: withVariants } = parsed(productsSchema, request ?? {}, 'catalog.products()');
  if (ids.some((id) => !catalog.find(id))) await rest.waitFor(true);
  await shardLoader?.loadList(ids);
  const shown = await catalog.shown(lang);
  return session.run(({ learner }) => {
    const { items, rowOf, variants } = catalog.index;
    const usual = withVariants ? usualSizes(catalog.index, learner.history.record.purchases) : null;
    return ids.flatMap((id): Product[] => {
      const row = rowOf.get(id);
      if (row === undefined) return [];
      const prices = variants?.prices(items, row);
      const all = withVariants ? (variants?.of[row] ?? []) : [];
      return [
        {
          item: shown(items[row]),
          ...(prices && { prices }),
          options: optionsOf(catalog.index, all, usual),
          variants: all.map((other) => shown(items[other])),
        },
      ];
    });
  });
}

/** Explains the score of an item, with the items and choices that led to it. */
export async function explainedItem(
  { catalog, recommendations }: EngineParts,
  id: unknown,
  request: unknown = {},
): Promise<Explanation> {
  const itemId = parsed(itemIdSchema, id, 'explain()', 'itemId');
  const given = parsed(recommendSchema, request, 'explain()');
  return recommendations.withInput(
    given,
    ({ index, input, shown }) => {
      const row = catalog.rowOf(itemId);
      const itemAt = (at: number): Item => shown(index.items[at]);
      const { contributors, experts, ...found } = explain(index, ...input, row);
      return {
        ...found,
        item: itemAt(row),
        placement: given.placement,
        contributors: contributors.map(({ row: at, part }) => ({ item: itemAt(at), part })),
        experts: experts.map(({ choices, ...expert }) => ({
          ...expert,
          choices: choices.toReversed().map(({ row: at, time }) => ({ item: itemAt(at), time })),
        })),
      };
    },
    [itemId],
  );
}
