// Finding items by words, meaning or a picture. Only pages with a search need this code.

import * as v from 'valibot';
import { copyItem, createTable, decodeFeatureRows, type FeatureTable, photoShape } from '../../../core/catalog';
import { localeFor } from '../../../core/catalog/locales';
import { kept } from '../../../core/common/grouped';
import { exactObject } from '../../../core/common/schema';
import { SidestreamError } from '../../../error';
import { callSchema, type FindResponse, parsed, recommendSchema, runsSchema } from '../../protocol';
import {
  contentScores,
  type Found,
  filteredCategories,
  mixed,
  nearestToPicture,
  nearestToText,
  noiseFloor,
  type QueryVector,
  type RankRequest,
  rankFound,
  ruleFields,
  rulesOfFind,
  sharedCategory,
  WordIndex,
} from '../../ranking';
import { type Call, takes } from '../call';
import type { Catalog } from '../catalog/catalog';
import type { ListInput } from './lists';

const MAX_TEXT_LENGTH = 200;
/** Maximum number of shards loaded for a search. */
const SEARCHED_SHARDS = 6;

const findSchema = exactObject({
  /** Absent if the page has encoded a picture. */
  text: v.optional(
    v.pipe(
      v.string('give the words to find, as a string'),
      v.trim(),
      v.minLength(1, 'must not be empty'),
      v.maxLength(MAX_TEXT_LENGTH, `must have at most ${MAX_TEXT_LENGTH} characters`),
    ),
  ),
  limit: v.optional(v.unknown()),
  exclude: v.optional(v.unknown()),
  lang: v.optional(v.unknown()),
  filter: ruleFields.filter,
  hint: v.optional(v.boolean(), true),
  /** The page decides whether it encodes the words. */
  meaning: v.optional(v.boolean(), false),
});
const querySchema = v.optional(
  v.object({
    modality: v.picklist(['text', 'image'] satisfies QueryVector['modality'][]),
    values: v.instance(Float32Array<ArrayBufferLike>),
    noise: v.optional(v.array(v.instance(Float32Array<ArrayBufferLike>))),
  }),
);

/** The taps of the pictures of a shard that its features lack. */
interface ShardPhotos {
  /** Of its items, in its order. */
  ids: readonly string[];
  table: FeatureTable;
}

type Needs = Pick<
  Call,
  'catalog' | 'device' | 'lists' | 'operation' | 'options' | 'reports' | 'rest' | 'shards' | 'shopper'
>;

/** The indexes of words stay from search to search. */
const finders = new WeakMap<Catalog, ItemFinder>();

/** Finds by words, or, with a query that the page has encoded, what is nearest to it. */
export const find = takes(
  'find()',
  [findSchema, callSchema, ['query', querySchema], ['runs', runsSchema]],
  (needs: Needs, request, _, query, runs) => {
    needs.operation.ran(runs);
    return kept(finders, needs.catalog, () => new ItemFinder(needs)).find(request, query);
  },
);

/** Finds items for a page. It has an index of words for each language in which something was searched. */
class ItemFinder {
  readonly #indexes = new Map<string, WordIndex>();
  /** The floor of cosines that was computed last, and for which items. */
  #floor: { table: FeatureTable; count: number; value: number } | null = null;

  constructor(private readonly needs: Needs) {}

  /** @param encoded a query that the page has encoded; undefined: find by words */
  async find(
    { text = '', filter, hint, meaning: _, ...list }: v.InferOutput<typeof findSchema>,
    query: QueryVector | undefined,
  ): Promise<FindResponse> {
    const { catalog, device, shopper, rest, lists, reports, shards } = this.needs;
    const { era } = device;
    if (text === '' && query?.modality !== 'image') {
      throw new SidestreamError('runtime/invalid-input', 'find(): text: give the words to find, as a string.');
    }
    // Hints are for lists without words.
    const given = parsed(recommendSchema, { ...list, hints: {} }, 'find()');
    await rest.waitFor(true);
    const rules = rulesOfFind(lists.rulesOf(null, { filter }));
    if (!query) {
      const [category = '', ...others] = filteredCategories(rules.filter ?? {});
      await shards?.loadFound(text, others.length === 0 ? category : '');
    }
    const words = query?.modality === 'image' ? null : await this.#words(given.lang);
    let [by, similar]: [Found['by'], boolean] = ['words', false];
    const near = query && (await this.#near(query));
    const photos = near && query.modality === 'image' ? await this.#photos(near) : [];
    const ranked = await lists.withInput(given, ({ index, input: [state, asked], shown }: ListInput) => {
      const listed: RankRequest = { ...asked, rules, repeatable: null };
      const find: Parameters<typeof rankFound>[3] = (admits) => {
        const byWords = words?.search(text, index.items, admits);
        similar = byWords ? byWords.similar || !byWords.complete : false;
        if (query) {
          const nearest = this.#nearest(query, photos, text);
          const found = byWords ? mixed(byWords.shares, nearest) : nearest;
          by = found.by;
          return found;
        }
        const scores = byWords?.scores ?? new Float32Array(index.items.length);
        // An item that lacks one of the words does not match them.
        return {
          scores,
          by: 'words',
          source: 'words',
          reason: { kind: byWords?.complete ? 'matches' : 'hint', name: text },
        };
      };
      return rankFound(index, state, listed, find).map(({ row, ...place }, position) => {
        const item = index.items[row];
        return { own: item, recommendation: { ...place, item: shown(item), position } };
      });
    });
    if (hint && !query && ranked.length > 0 && shopper.experiment.learns()) {
      // A search does not fail because of its hint.
      const category = sharedCategory(ranked.map(({ own }) => own));
      await lists
        .hints()
        .then((hints) => hints.searched(category, era))
        .catch(reports.error);
    }
    rest.listed();
    return {
      id: lists.idOf('find'),
      items: ranked.map(({ recommendation }) => recommendation),
      by,
      similar: similar && ranked.length > 0,
      currency: catalog.currency,
    };
  }

  /** The index of the items' words in a language, up to date. */
  async #words(lang = this.needs.options.lang): Promise<WordIndex> {
    const { catalog } = this.needs;
    const { manifest } = catalog.bundle;
    const { items } = catalog.index;
    const shown = await catalog.shown(lang);
    // Texts that could not be loaded leave all items as they are in the main feed.
    const tag = localeFor(manifest, lang);
    const language = tag !== null && items.some((item) => shown(item) !== item) ? tag : (manifest.language ?? '');
    const index = kept(this.#indexes, language, () => new WordIndex(language));
    await index.update(items, shown);
    return index;
  }

  /** Loads the shards whose items resemble a query most. @returns their numbers; all if the whole bundle is loaded */
  async #near({ modality, values }: QueryVector): Promise<number[]> {
    const { catalog, shards, reports } = this.needs;
    const { shards: all, manifest } = catalog.bundle;
    if (!shards) return Array.from({ length: all.count }, (_, shard) => shard);
    const { dim, modalities } = manifest;
    const content = new Float32Array(2 * dim);
    // A picture comes with all its taps.
    const from = modality === 'text' ? 0 : modalities.image.contentTap * dim;
    content.set(values.subarray(from, from + dim), modality === 'text' ? 0 : dim);
    try {
      const best = await all.best(contentScores(content), SEARCHED_SHARDS);
      await shards.loadShards(best);
      return best;
    } catch (thrown) {
      reports.error(thrown);
      return [];
    }
  }

  /** The taps of the pictures that only a search by photo reads, of some shards. Without them it still finds what the content tap finds. */
  async #photos(numbers: readonly number[]): Promise<ShardPhotos[]> {
    const { catalog, reports } = this.needs;
    const { bundle, loadedShards } = catalog;
    if (!bundle.manifest.photos) return [];
    const shape = photoShape(bundle.manifest);
    const reading = numbers.map(async (number): Promise<ShardPhotos[]> => {
      const ids = loadedShards.get(number);
      if (!ids) return [];
      const { file, bytes } = await bundle.shards.beside(number, 'photos');
      return [{ ids, table: decodeFeatureRows(bytes, file, shape, ids.length) }];
    });
    return (await Promise.allSettled(reading)).flatMap((result) => {
      if (result.status === 'fulfilled') return result.value;
      reports.error(result.reason);
      return [];
    });
  }

  /** The same taps for the present rows; null without any. */
  #photoTable(photos: readonly ShardPhotos[]): FeatureTable | null {
    const { items, rowOf } = this.needs.catalog.index;
    const [first] = photos;
    if (!first) return null;
    const table = createTable(first.table, items.length);
    for (const { ids, table: own } of photos) {
      for (const [place, id] of ids.entries()) {
        const row = rowOf.get(id);
        if (row !== undefined) copyItem(own, place, table, row);
      }
    }
    return table;
  }

  /** The floor of the items at present: the texts without meaning are the same for all queries. */
  #floorOf({ noise = [] }: QueryVector): number {
    const { table, blend } = this.needs.catalog;
    if (this.#floor?.table !== table || this.#floor.count !== table.count)
      this.#floor = { table, count: table.count, value: noiseFloor(table, noise, blend.text.tap) };
    return this.#floor.value;
  }

  #nearest(query: QueryVector, photos: readonly ShardPhotos[], text: string): Found {
    const { catalog } = this.needs;
    const { contentTap } = catalog.bundle.manifest.modalities.image;
    const scores =
      query.modality === 'text'
        ? nearestToText(catalog.table, query.values, catalog.blend.text.tap, this.#floorOf(query))
        : nearestToPicture(catalog.table, this.#photoTable(photos), query.values, contentTap);
    return query.modality === 'text'
      ? { scores, by: 'meaning', source: 'content', reason: { kind: 'hint', name: text }, taste: 0 }
      : { scores, by: 'photo', source: 'content', reason: { kind: 'none' }, taste: 0 };
  }
}
