export { startBackend } from './backend';
export { cooccurrenceTable } from './companions';
export { recentPopularity } from './demand';
export type { KeptBytes } from './kept-bytes';
export { cutWindows, type Interaction } from './offline-data';
export {
  byProduct,
  demandOf,
  interactionsOf,
  purchasesOf,
  type ShopChoices,
  shopChoices,
} from './product-log';
export { type ShopSide, type ShopTraining, shopCatalog, sideCatalog, trainShopSide } from './shop-side';
export { choiceMatrix, gramProduct, type SparseMatrix, transposed } from './sparse-matrix';
