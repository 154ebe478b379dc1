export { type BundleProgress, type FetchFile, fetchFrom, freshFrom } from './bundle/bundle-file';
export { bundleItems, inventory, staleNames, verifyBundle } from './bundle/inventory';
export type { EncoderFiles } from './bundle/late-files';
export { addLearned, type Learned, type Predecessor } from './bundle/learned';
export {
  type BundleFile,
  type BundleSink,
  DEFAULT_MARKET,
  encoderFiles,
  MANIFEST_FILE,
  type Manifest,
  MODALITIES,
  type Modality,
  offeredMarket,
  offersFile,
  withoutEncoders,
} from './bundle/manifest';
export { encodeManifest, parseManifest, putMutable } from './bundle/manifest-file';
export { type Bundle, openBundle } from './bundle/read-bundle';
export {
  type BundleContent,
  type BundleEncoder,
  type LocaleContent,
  type WriteBundleOptions,
  type WriteProgress,
  writeBundle,
} from './bundle/write-bundle';
export {
  type CatalogStatistics,
  catalogStatistics,
  categoryCounts,
  categoryPrefixes,
  numberStatistics,
  numbersOf,
} from './catalog-statistics';
export type { BundleClusters, ItemsPart } from './clusters/bundle-clusters';
export type { ClusterDirectory } from './clusters/cluster-directory';
export { itemPlaces } from './clusters/write-clusters';
export { type CooccurrenceTable, countCooccurrence, countSupport, type Link, linkCooccurrence } from './cooccurrence';
export { type Demand, popularityNow, type Repeats } from './demand';
export { type BaseVectors, baseVectors, type PrincipalAxes } from './features/base-vectors';
export {
  type ContentBlend,
  type ContentVectors,
  concatTables,
  contentBlend,
  contentVectors,
  createTable,
  type FeatureTable,
  pickRows,
  rowsPerItem,
  scaleRow,
  setTap,
  tapOf,
} from './features/feature-table';
export {
  addedItemSchema,
  categoryPaths,
  type Item,
  type ItemInput,
  inCategory,
  itemSchema,
  itemText,
  itemTexts,
  TEXT_RECIPES,
  type TextRecipe,
} from './item';
export { localeFor, marketFor } from './locales';
export { isNew } from './new-item';
export type { Offer } from './offers';
export { describeRejectedRow, type RejectedRow, shortened } from './rejected-row';
export { placeByContent, type SideModel, type SideRows } from './side-model';
export type { VariantGroups } from './variants/variant-groups';
