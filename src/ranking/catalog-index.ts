import {
  type CatalogStatistics,
  type ContentBlend,
  type ContentVectors,
  type CooccurrenceTable,
  catalogStatistics,
  contentVectors,
  type FeatureTable,
  type Item,
} from '../catalog';
import { NearestNeighbors } from './nearest-neighbors';
import { SimilarityCache } from './similarity-cache';
import { type CategoryIndex, categoryIndex } from './terms/category-preference';
import { NearestHistory } from './terms/nearest-history';
import { type NumberColumn, numberColumns } from './terms/numeric-affinity';

/** Everything the terms need to know of a catalogue, computed once per catalogue. Item = row index. */
export interface CatalogIndex {
  items: Item[];
  /** Row of an item id. */
  rowOf: Map<string, number>;
  content: ContentVectors;
  similar: SimilarityCache;
  nearest: NearestHistory;
  /** Similarity to the closest of some dismissed items. */
  disliked: NearestNeighbors;
  categories: CategoryIndex;
  /** Popularity per item, the mean of the known ones where it is unknown. */
  popularity: Float32Array;
  /** log((popularity + 1) / (mean + 1)) per item; all 0 when the shop knows no popularity. */
  logPopularity: Float32Array;
  /** True when at least one item has a popularity. */
  hasPopularity: boolean;
  /** 1 for items whose popularity nobody knows yet in a shop that knows it of most; 0 for all others. */
  coldStart: Float32Array;
  numbers: NumberColumn[];
  /** What is chosen together in this shop; null while nobody knows. */
  cooccurrence: CooccurrenceTable | null;
}

/** Share of the items whose popularity must be known for the others to count as newcomers. */
const MOSTLY_KNOWN = 0.5;

/**
 * Builds the index. `table` has one row per item, in the same order; `cooccurrence` may know fewer items.
 * @param statistics of the catalogue that the items are a part of; default: of these items
 */
export function catalogIndex(
  items: Item[],
  table: FeatureTable,
  blend: ContentBlend,
  cooccurrence: CooccurrenceTable | null = null,
  statistics: CatalogStatistics = catalogStatistics(items),
): CatalogIndex {
  const { known, mean, any } = statistics.popularity;
  const popularity = Float32Array.from(items, (item) => item.popularity ?? mean);
  const content = contentVectors(table, blend);
  const similar = new SimilarityCache(content);
  const knowsColdStart = known >= MOSTLY_KNOWN * statistics.count;
  const categories = items.map((item) => item.category);
  return {
    items,
    rowOf: new Map(items.map((item, row) => [item.id, row])),
    content,
    similar,
    nearest: new NearestHistory(content, similar),
    disliked: new NearestNeighbors(content, similar, 1),
    categories: categoryIndex(categories, statistics),
    popularity,
    logPopularity: popularity.map((value) => Math.log((value + 1) / (mean + 1))),
    hasPopularity: any,
    coldStart: Float32Array.from(items, (item) => (knowsColdStart && item.popularity === undefined ? 1 : 0)),
    numbers: numberColumns(items, statistics.numbers),
    cooccurrence,
  };
}
