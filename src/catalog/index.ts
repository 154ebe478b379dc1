export { addLearned, type Learned } from './add-learned';
export { BASE_RECIPES, type BaseConfig, type BaseRecipe, baseConfigSchema } from './base-config';
export { categoryPaths, inCategory } from './category';
export { type CompanionTable, decodeCompanions, encodeCompanions } from './companion-table';
export { createTable, encodeFeatureShard, type FeatureShape, featureShardBytes } from './feature-shard';
export { concatTables, dequantize, type FeatureTable, quantizeRow, rowsPerItem } from './feature-table';
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
export {
  type BaseFile,
  type Bundle,
  type BundleProgress,
  type EncoderFiles,
  type FetchFile,
  fetchFrom,
  openBundle,
} from './read-bundle';
export { describeRefusal, type Refusal, type RefusalUnit } from './refusal';
export {
  type BundleContent,
  type BundleEncoder,
  type BundleSink,
  type WriteBundleOptions,
  writeBundle,
} from './write-bundle';
