export { startBackend } from './backend';
export { cooccurrenceTable } from './companions';
export { recentPopularity, repeatsOf } from './demand';
export type { KeptBytes } from './kept-bytes';
export { cutWindows, type Interaction } from './offline-data';
export {
  byProduct,
  demandOf,
  interactionsOf,
  type ProductLog,
  purchasesOf,
  type ShopChoices,
  shopChoices,
  unknownText,
} from './product-log';
export { type ShopSide, type ShopTraining, shopCatalog, sideCatalog, trainShopSide } from './shop-side';
export { choiceMatrix, gramProduct, type SparseMatrix, transposed } from './sparse-matrix';
export { fitStartWeights } from './start-weights';
