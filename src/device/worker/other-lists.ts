// Lists other than recommendations, and explanations. The first list does not need this code.

import * as v from 'valibot';
import type { Item } from '../../core/catalog';
import type { Shown } from '../../core/catalog/locales';
import { exactObject } from '../../core/common/schema';
import {
  type Explanation,
  type ParsedRequest,
  type Product,
  parsed,
  type Recommendation,
  type RowsResponse,
  recommendSchema,
  type SegmentsResponse,
} from '../protocol';
import {
  type CatalogIndex,
  mergedRules,
  type RankedItem,
  type RankRequest,
  type RankState,
  type Rules,
  ruleFields,
} from '../ranking';
import { explain } from '../ranking/explanation';
import { rerank } from '../ranking/rerank';
import { planRows } from '../ranking/rows';
import { rankSegments, type SegmentField } from '../ranking/segments';
import { optionsOf, usualSizes } from '../ranking/variant-options';
import type { ListContext } from './feature-loader';
import type { LoadedCatalog } from './loaded-catalog';

/** The ranking's input for a request, in the turn that makes its list. */
export interface ListInput {
  index: CatalogIndex;
  input: [RankState, RankRequest];
  /** Items in the language of the request. */
  shown: Shown;
}

/** Provides late-loaded code with the ranking's input for a request. */
export interface InputSource {
  /** Takes a turn with it. @param ids of items to load before */
  withInput<T>(given: ParsedRequest, work: (list: ListInput) => T, ids?: readonly string[]): Promise<T>;
}

/** Maximum number of ids of a list. */
const MAX_IDS = 10_000;
/** Number of ids of a list whose clusters are loaded: the part that a shopper sees first. */
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

/**
 * Orders one of the shop's own lists, for `Recommender.rerank()`.
 * @param rules the shop's
 * @throws SidestreamError `runtime/invalid-input` naming the field
 */
export async function rerankList(
  list: unknown,
  options: unknown,
  rules: Rules,
  { catalog, experiment, session, clusterLoader, features }: ListContext,
): Promise<string[]> {
  const ids = parsed(idsSchema, list, 'rerank()', 'ids');
  const { strength, ...own } = parsed(rerankSchema, options, 'rerank()');
  if (strength > 0) await features.waitFor();
  // Without a history, the order is the shop's, and no item data is needed.
  const personal = strength > 0 && (await session.run(({ learner }) => learner.history.rows.length > 0));
  if (personal) await clusterLoader?.loadList(ids.slice(0, LOADED_IDS));
  return session.run(({ learner }) => {
    const state = experiment.state(learner.state);
    return rerank(catalog.index, state, { ids, strength, rules: mergedRules(rules, own) });
  });
}

const whole = (most: number, otherwise: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most)), otherwise);
const { pin: _, ...rules } = ruleFields;
/** Fields that are parsed with the list. */
const listFields = {
  exclude: v.optional(v.unknown()),
  lang: v.optional(v.unknown()),
  hints: v.optional(v.unknown()),
  ...rules,
};
const segmentsSchema = exactObject({
  by: v.custom<SegmentField>(
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

/** The places of a list with their items in the language of the request. */
const listed = ({ index, shown }: ListInput, ranked: readonly RankedItem[]): Recommendation[] =>
  ranked.map(({ row, ...place }, position) => ({ ...place, item: shown(index.items[row]), position }));

/**
 * Ranks segments of the loaded items for `Recommender.recommendSegments()`.
 * @throws SidestreamError `runtime/invalid-input` naming the field
 */
export async function rankedSegments(
  request: unknown,
  service: InputSource,
  { catalog }: { catalog: LoadedCatalog },
): Promise<Omit<SegmentsResponse, 'id'>> {
  const { by, depth, limit, items, ...list } = parsed(segmentsSchema, request ?? {}, 'recommendSegments()');
  const given = parsed(recommendSchema, { ...list, limit: items }, 'recommendSegments()');
  const segments = await service.withInput(given, (list) =>
    rankSegments(list.index, ...list.input, { by, depth, limit, items }).map(({ items: ranked, ...segment }) => ({
      ...segment,
      items: listed(list, ranked),
    })),
  );
  return { by, segments, currency: catalog.offers?.currency, partial: !!catalog.bundle.clusters };
}

/**
 * Plans rows of the loaded items for `Recommender.recommendRows()`.
 * @throws SidestreamError `runtime/invalid-input` naming the field
 */
export async function plannedRows(
  request: unknown,
  service: InputSource,
  { catalog, features, session }: ListContext,
): Promise<Omit<RowsResponse, 'id'>> {
  const { limit, items, ...list } = parsed(rowsSchema, request ?? {}, 'recommendRows()');
  const given = parsed(recommendSchema, { ...list, limit: items }, 'recommendRows()');
  // Rows about a product compare contents, of which a new shopper's rows need nothing.
  if (await session.run(({ learner }) => learner.history.rows.length > 0)) await features.waitFor(true);
  const rows = await service.withInput(given, (input) =>
    planRows(input.index, ...input.input, { limit, items }).map(({ items: ranked, ...row }) => ({
      ...row,
      items: listed(input, ranked),
    })),
  );
  return { rows, currency: catalog.offers?.currency, partial: !!catalog.bundle.clusters };
}

/**
 * Products by the ids of their items, for `Recommender.products()`.
 * @throws SidestreamError `runtime/invalid-input` naming the field
 */
export async function products(
  given: unknown,
  request: unknown,
  { catalog, session, options }: Pick<ListContext, 'catalog' | 'session' | 'options'>,
): Promise<Product[]> {
  const ids = parsed(productIdsSchema, given, 'products()', 'ids');
  const { lang = options.lang, variants: withVariants } = parsed(productsSchema, request ?? {}, 'products()');
  const shown = (await catalog.texts?.in(lang)) ?? ((item: Item) => item);
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

/** Explains the score of an item, for `Recommender.explain()`, with the items and choices that led to it. */
export function explainedItem(
  itemId: string,
  given: ParsedRequest,
  service: InputSource,
  catalog: LoadedCatalog,
): Promise<Explanation> {
  return service.withInput(
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
