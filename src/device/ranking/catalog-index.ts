import {
  type CatalogStatistics,
  type ContentBlend,
  type ContentVectors,
  type CooccurrenceTable,
  catalogStatistics,
  contentVectors,
  type FeatureTable,
  type Item,
  type SideModel,
} from '../../core/catalog';
import { NEAREST, NearestNeighbors } from './nearest-neighbors';
import { SimilarityCache } from './similarity-cache';
import { type CategoryIndex, categoryIndex } from './terms/category-preference';
import { type NumberColumn, numberColumns } from './terms/numeric-affinity';
import type { ProductVariants } from './variants';

/** The data that the terms read from a catalogue, computed once per catalogue. Items are identified by row. */
export interface CatalogIndex {
  items: Item[];
  rowOf: Map<string, number>;
  /** The variants of the products; null if every item is a separate product. */
  variants: ProductVariants | null;
  content: ContentVectors;
  similarities: SimilarityCache;
  /** Similarities of every item to the 3 items of a history nearest to it. */
  nearestHistory: NearestNeighbors;
  /** Similarity of every item to the dismissed item nearest to it. */
  nearestDismissed: NearestNeighbors;
  categories: CategoryIndex;
  /**
   * log((popularity + 1) / (mean + 1)) per item, with the popularity of its product, or the mean if unknown; all 0 when the shop knows
   * no popularity.
   */
  logPopularity: Float32Array;
  /** True when at least one item has a popularity. */
  hasPopularity: boolean;
  /** 1 for an item without popularity in a shop where most items have one; 0 for all other items. */
  coldStart: Float32Array;
  /** Log of current sales per item, for lists without a shopper; null while unknown. */
  trend: Float32Array | null;
  numbers: NumberColumn[];
  /**
   * The numbers before offers replaced some. Features are standardised by these, because a coefficient must mean the same under
   * all offers.
   */
  ownNumbers?: NumberColumn[];
  /** Weight of a category that matches down to the last level in lists of similar items, relative to a content similarity of 1. */
  similarCategory: number;
  /** Place of each item in the shop's feed, in items. */
  places: Float32Array;
  /** Number of items of the shop, loaded or not. */
  shopCount: number;
  /** The co-occurrence of items in this shop; null while unknown. */
  cooccurrence: CooccurrenceTable | null;
  /** The shop's side model of all items; null without one. */
  side: SideModel | null;
}

type Given = 'cooccurrence' | 'side' | 'trend' | 'similarCategory' | 'variants' | 'places' | 'shopCount';

/**
 * Data about the items of an index in addition to the items themselves. The table and the side model may cover only the first items.
 * Default places: the order of the items, which are then all that the shop has.
 */
export interface CatalogIndexOptions extends Partial<Pick<CatalogIndex, Given>> {
  /** Statistics of the catalogue that contains the items. Default: statistics of these items. */
  statistics?: CatalogStatistics;
}

/** Minimum share of items with a popularity for the remaining items to count as cold starts. */
const MIN_KNOWN_SHARE = 0.5;

/** Builds the index. `table` has one row per item, in the same order. */
export function catalogIndex(
  items: Item[],
  table: FeatureTable,
  blend: ContentBlend,
  {
    cooccurrence = null,
    side = null,
    trend = null,
    similarCategory = 0.1,
    variants = null,
    places = Float32Array.from(items.keys()),
    shopCount = items.length,
    statistics = variants?.statistics ?? catalogStatistics(items),
  }: CatalogIndexOptions = {},
): CatalogIndex {
  const { known, mean, any } = statistics.popularity;
  const popularities = variants?.popularity ?? items.map((item) => item.popularity);
  const popularity = Float32Array.from(popularities, (value) => value ?? mean);
  const content = contentVectors(table, blend);
  const similarities = new SimilarityCache(content);
  const mostHavePopularity = known >= MIN_KNOWN_SHARE * statistics.count;
  const isCold = (row: number): boolean => mostHavePopularity && popularities[row] === undefined;
  return {
    items,
    rowOf: new Map(items.map((item, row) => [item.id, row])),
    variants,
    content,
    similarities,
    nearestHistory: new NearestNeighbors(content, similarities, NEAREST),
    nearestDismissed: new NearestNeighbors(content, similarities, 1),
    categories: categoryIndex(items, statistics),
    logPopularity: popularity.map((value) => Math.log((value + 1) / (mean + 1))),
    hasPopularity: any,
    coldStart: Float32Array.from(items, (_, row) => (isCold(row) ? 1 : 0)),
    trend,
    numbers: numberColumns(items, statistics.numbers),
    similarCategory,
    places,
    shopCount,
    cooccurrence,
    side,
  };
}
