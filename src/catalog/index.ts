export { addLearned } from './bundle/add-learned';
export { BASE_RECIPES, type BaseConfig, type BaseRecipe, baseConfigSchema } from './bundle/base-config';
export type { BundleProgress, FetchFile } from './bundle/bundle-file';
export { inventory, publishedNames } from './bundle/inventory';
export type { Predecessor } from './bundle/keep-learned';
export { type BundleFile, MANIFEST_FILE, type Manifest, MODALITIES, type Modality } from './bundle/manifest';
export type { BundleSink } from './bundle/put-manifest';
export { type Bundle, type EncoderFiles, openBundle } from './bundle/read-bundle';
export { verifyBundle } from './bundle/verify-bundle';
export { type BundleEncoder, type WriteProgress, writeBundle } from './bundle/write-bundle';
export {
  type CatalogueStatistics,
  catalogueStatistics,
  categoryCounts,
  categoryPrefixes,
  numberStatistics,
  numbersOf,
} from './catalog-statistics';
export { categoryPaths, inCategory } from './category';
export type { BundleClusters, ItemsPart } from './clusters/bundle-clusters';
export type { ClusterDirectory } from './clusters/cluster-directory';
export { Companions } from './cooccurrence/cooccurrence-counter';
export type { CompanionTable } from './cooccurrence/cooccurrence-table';
export { type Link, linkCompanions } from './cooccurrence/link-cooccurrence';
export {
  type ContentBlend,
  type ContentVectors,
  contentBlend,
  contentVectors,
  stretchRow,
} from './features/content-vectors';
export { createTable } from './features/feature-shard';
export {
  concatTables,
  dequantize,
  type FeatureTable,
  pickRows,
  quantizeRow,
  rowsPerItem,
} from './features/feature-table';
export { baseVectors, type PrincipalAxes } from './features/principal-axes';
export type { BaseVectors } from './features/vector-shard';
export { type Item, type ItemInput, itemSchema } from './item';
export { itemText, TEXT_RECIPES, type TextRecipe } from './item-text';
export { describeRefusal, type Refusal } from './rejected-row';
