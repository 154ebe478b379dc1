export { productStatistics } from './product-statistics';
export { type Products, productsOf } from './products';
export { type VariantGroups, variantGroups } from './variant-groups';
