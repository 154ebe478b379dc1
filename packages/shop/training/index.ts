export { startBackend } from './backend';

export {
  choicesFrom,
  cooccurrenceTable,
  type Interaction,
  recentPopularity,
} from './interactions';
export {
  byProduct,
  demandOf,
  fewEventsText,
  interactionsOf,
  purchasesOf,
  type ShopChoices,
  shopChoices,
} from './product-log';
export type { KeptBytes } from './side';
export {
  continuation,
  popularCatalog,
  type ShopSide,
  type ShopTraining,
  shopCatalog,
  sideCatalog,
  trainShop,
} from './train-shop';
export { ARRANGEMENT_NAMES, isReturn, type Shopper, TASTE_CHOICES, twoTastes } from './two-tastes';
