// What a shopper chooses among the variants of a product. No list needs it.

export { optionsOf, type ProductOption, usualSizes } from './variant-options';
