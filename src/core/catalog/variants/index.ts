export { type Products, productsOf } from './products';
export { productStatistics, type VariantGroups, variantGroups } from './variant-groups';
