import {
  type CatalogueStatistics,
  type CompanionTable,
  type ContentBlend,
  type ContentVectors,
  catalogueStatistics,
  contentVectors,
  type FeatureTable,
  type Item,
} from '../catalog';
import { Closest } from './nearest-neighbors';
import { SimilarityCache } from './similarity-cache';
import { type CategoryIndex, categoryIndex } from './terms/category-preference';
import { ClosestPast } from './terms/nearest-history';
import { type NumberColumn, numberColumns } from './terms/numeric-affinity';

/** Everything the terms need to know of a catalogue, computed once per catalogue. Item = row index. */
export interface CatalogueIndex {
  items: Item[];
  /** Row of an item id. */
  rowOf: Map<string, number>;
  content: ContentVectors;
  similar: SimilarityCache;
  closest: ClosestPast;
  /** Similarity to the closest of some dismissed items. */
  disliked: Closest;
  categories: CategoryIndex;
  /** Popularity per item, the mean of the known ones where it is unknown. */
  popularity: Float32Array;
  /** log((popularity + 1) / (mean + 1)) per item; all 0 when the shop knows no popularity. */
  logPopularity: Float32Array;
  /** True when at least one item has a popularity. */
  hasPopularity: boolean;
  /** 1 for items whose popularity nobody knows yet in a shop that knows it of most; 0 for all others. */
  newcomers: Float32Array;
  numbers: NumberColumn[];
  /** What is chosen together in this shop; null while nobody knows. */
  companions: CompanionTable | null;
}

/** Share of the items whose popularity must be known for the others to count as newcomers. */
const MOSTLY_KNOWN = 0.5;

/**
 * Builds the index. `table` has one row per item, in the same order; `companions` may know fewer items.
 * @param statistics of the catalogue that the items are a part of; default: of these items
 */
export function catalogueIndex(
  items: Item[],
  table: FeatureTable,
  blend: ContentBlend,
  companions: CompanionTable | null = null,
  statistics: CatalogueStatistics = catalogueStatistics(items),
): CatalogueIndex {
  const { known, mean, any } = statistics.popularity;
  const popularity = Float32Array.from(items, (item) => item.popularity ?? mean);
  const content = contentVectors(table, blend);
  const similar = new SimilarityCache(content);
  const tellsNewcomers = known >= MOSTLY_KNOWN * statistics.count;
  const categories = items.map((item) => item.category);
  return {
    items,
    rowOf: new Map(items.map((item, row) => [item.id, row])),
    content,
    similar,
    closest: new ClosestPast(content, similar),
    disliked: new Closest(content, similar, 1),
    categories: categoryIndex(categories, statistics),
    popularity,
    logPopularity: popularity.map((value) => Math.log((value + 1) / (mean + 1))),
    hasPopularity: any,
    newcomers: Float32Array.from(items, (item) => (tellsNewcomers && item.popularity === undefined ? 1 : 0)),
    numbers: numberColumns(items, statistics.numbers),
    companions,
  };
}
