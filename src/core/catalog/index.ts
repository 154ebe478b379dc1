export { type BundleProgress, type FetchFile, fetchFrom, freshFrom } from './bundle/bundle-file';
export { bundleItems, inventory, staleNames } from './bundle/inventory';
export type { Predecessor } from './bundle/learned';
export { addLearned, type Learned } from './bundle/learned';
export type { BundleSink } from './bundle/manifest';
export {
  type BundleFile,
  encoderFiles,
  MANIFEST_FILE,
  type Manifest,
  MODALITIES,
  type Modality,
  withoutEncoders,
} from './bundle/manifest';
export { type Bundle, openBundle } from './bundle/read-bundle';
export type { EncoderFiles } from './bundle/read-encoder';
export { parseManifest } from './bundle/read-manifest';
export { verifyBundle } from './bundle/verify-bundle';
export {
  type BundleContent,
  type BundleEncoder,
  type LocaleContent,
  type WriteBundleOptions,
  type WriteProgress,
  writeBundle,
} from './bundle/write-bundle';
export { encodeManifest, putMutable } from './bundle/write-manifest';
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
export { CooccurrenceCounter } from './cooccurrence/cooccurrence-counter';
export type { CooccurrenceTable } from './cooccurrence/cooccurrence-table';
export { countSupport, type Link, linkCooccurrence } from './cooccurrence/link-cooccurrence';
export { type Demand, popularityNow, type Repeats } from './demand/demand';
export type { BaseVectors } from './features/base-vectors';
export { baseVectors, type PrincipalAxes } from './features/base-vectors';
export {
  type ContentBlend,
  type ContentVectors,
  contentBlend,
  contentVectors,
  scaleRow,
} from './features/content-vectors';
export {
  concatTables,
  createTable,
  type FeatureTable,
  pickRows,
  rowsPerItem,
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
export { localeFor, marketFor } from './locales/bundle-locales';
export { isNew } from './new-item';
export type { Offer } from './offers';
export { DEFAULT_MARKET, offeredMarket, offersFile } from './offers/offers-name';
export { describeRejectedRow, type RejectedRow, shortened } from './rejected-row';
export { placeByContent, type SideModel, type SideRows } from './side-model';
export type { VariantGroups } from './variants/variant-groups';
