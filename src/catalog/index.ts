export { addLearned, type Learned } from './add-learned';
export { BASE_RECIPES, type BaseConfig, type BaseRecipe, baseConfigSchema } from './base-config';
export type { BundleClusters, ItemsPart } from './bundle-clusters';
export { type BundleProgress, type FetchFile, fetchFrom } from './bundle-file';
export {
  type CatalogueStatistics,
  catalogueStatistics,
  categoryCounts,
  categoryPrefixes,
  numberStatistics,
  numbersOf,
} from './catalogue-statistics';
export { categoryPaths, inCategory } from './category';
export { type Centroids, ClusterDirectory } from './cluster-directory';
export { type CompanionTable, decodeCompanions, encodeCompanions } from './companion-table';
export { type ContentBlend, type ContentVectors, contentBlend, contentVectors, stretchRow } from './content-vectors';
export { createTable, encodeFeatureShard, type FeatureShape, featureShardBytes } from './feature-shard';
export { concatTables, dequantize, type FeatureTable, pickRows, quantizeRow, rowsPerItem } from './feature-table';
export { type FeedLine, feedLines } from './feed-lines';
export { type Item, type ItemInput, itemSchema } from './item';
export { itemText, TEXT_RECIPES, type TextRecipe } from './item-text';
export type { Predecessor } from './keep-learned';
export {
  BUNDLE_SCHEMA,
  type BundleFile,
  type BundleShard,
  bundleFiles,
  MANIFEST_FILE,
  type Manifest,
  MODALITIES,
  type Modality,
  manifestSchema,
} from './manifest';
export { baseVectors, type PrincipalAxes } from './principal-axes';
export { type BundleSink, manifestFile } from './put-manifest';
export { type BaseFile, type Bundle, type EncoderFiles, type OpenOptions, openBundle } from './read-bundle';
export { describeRefusal, type Refusal, type RefusalUnit } from './refusal';
export type { BaseVectors } from './vector-shard';
export {
  type BundleContent,
  type BundleEncoder,
  type WriteBundleOptions,
  type WriteProgress,
  writeBundle,
} from './write-bundle';
