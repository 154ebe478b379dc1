import type { FeatureTable, Item } from '../catalog';
import { type CategoryIndex, categoryIndex } from './category-preference';
import { type ContentBlend, type ContentVectors, contentVectors } from './content-vectors';
import { SimilarityCache } from './similarity-cache';

/** Everything the terms need to know of a catalogue, computed once per catalogue. Item = row index. */
export interface CatalogueIndex {
  items: Item[];
  /** Row of an item id. */
  rowOf: Map<string, number>;
  content: ContentVectors;
  similar: SimilarityCache;
  categories: CategoryIndex;
  /** log((popularity + 1) / (mean + 1)) per item; all 0 when the shop knows no popularity. */
  logPopularity: Float32Array;
  /** True when at least one item has a popularity. */
  hasPopularity: boolean;
  /** log(1 + price), NaN without a price. */
  logPrice: Float32Array;
}

/** Builds the index. `table` has one row per item, in the same order. */
export function catalogueIndex(items: Item[], table: FeatureTable, blend: ContentBlend): CatalogueIndex {
  const mean = items.reduce((sum, item) => sum + item.popularity, 0) / Math.max(1, items.length);
  const content = contentVectors(table, blend);
  return {
    items,
    rowOf: new Map(items.map((item, row) => [item.id, row])),
    content,
    similar: new SimilarityCache(content),
    categories: categoryIndex(items.map((item) => item.category)),
    logPopularity: Float32Array.from(items, (item) => Math.log((item.popularity + 1) / (mean + 1))),
    hasPopularity: items.some((item) => item.popularity > 0),
    logPrice: Float32Array.from(items, (item) => (item.price === undefined ? Number.NaN : Math.log1p(item.price))),
  };
}
