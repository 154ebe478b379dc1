export type { Bundle, Learned, OpenedHead } from './bundle/bundle';
export { type FetchFile, fetchFrom, freshFrom } from './bundle/bundle-file';
export type { EncoderFiles } from './bundle/encoder-files';
export { bundleItems, inventory, isContentFile, staleNames, verifyBundle } from './bundle/inventory';
export { addLearned, keepLearned, type Predecessor, settleModel } from './bundle/learned';
export { encodeManifest, parseManifest, putMutable } from './bundle/manifest-file';
export {
  type BundleFile,
  type BundleSink,
  DEFAULT_MARKET,
  encoderFiles,
  MANIFEST_FILE,
  type Manifest,
  MODALITIES,
  type Modality,
  modelNameSchema,
  offeredMarket,
  offersFile,
  type StartWeights,
  startSchema,
  withoutEncoders,
} from './bundle/manifest-schema';
export { modelManifest } from './bundle/model-manifest';
export { openBundle, openHead } from './bundle/read-bundle';
export type {
  BundleContent,
  BundleEncoder,
  LocaleContent,
  WriteBundleOptions,
} from './bundle/write-bundle';
export { writeBundle } from './bundle/write-bundle';
export type { CatalogStatistics } from './catalog-statistics';
export { catalogStatistics, categoryPrefixes, numbersOf } from './catalog-statistics';
export type { CooccurrenceTable, Link } from './cooccurrence';
export {
  countCooccurrence,
  countSupport,
  linkCooccurrence,
  logLift,
  MIN_SUPPORT,
  pairWeight,
  REACH,
} from './cooccurrence';
export { type Demand, demandSums, popularityNow, withPopularity } from './demand';
export type { ContentBlend, ContentVectors, FeatureTable } from './features/feature-table';
export {
  concatTables,
  contentBlend,
  contentVectors,
  copyItem,
  createTable,
  decodeFeatureRows,
  photoShape,
  pickRows,
  rowsPerItem,
  scaleRow,
  setTap,
  tapOf,
  tapPart,
} from './features/feature-table';
export type { Item, ItemInput, TextRecipe } from './item';
export {
  addedItemSchema,
  categoryPaths,
  inCategory,
  itemSchema,
  itemText,
  itemTexts,
  searchedTexts,
  TEXT_RECIPES,
} from './item';
export { localeFor, marketFor } from './locales';
export { isNew } from './new-badge';
export type { Offer } from './offers';
export { describeRejectedRow, groupedRows, RejectedGroups, type RejectedRow, shortened } from './rejected-row';
export type { BundleShards, ScoreEntries } from './shards/bundle-shards';
export { joinCompanions, joinDemand, joinSide, type Part } from './shards/join-parts';
export type { Shard } from './shards/shard-file';
export { putInto, putOffers, type WriteProgress } from './shards/write-shards';
export {
  ADAPTER_SIZE,
  adapterColumn,
  adapterContext,
  pickSideModel,
  placeByContent,
  readAdapters,
  SIDE_INPUTS,
  type SideInput,
  type SideModel,
} from './side-model';
export type { VariantGroups } from './variants/variant-groups';
