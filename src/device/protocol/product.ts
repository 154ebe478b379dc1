import type { Item } from '../../core/catalog';
import type { PriceRange, ProductOption } from '../ranking';

export type { ProductOption } from '../ranking';

/** How to describe products. */
export interface ProductsRequest {
  /** Language of the items, as for `recommend()`. Default: the page's language. */
  lang?: string;
  /** Whether to list the variants of each product. Default false. */
  variants?: boolean;
}

/** An item as it is now, with the product that it belongs to. */
export interface Product {
  item: Item;
  /** As in `Recommendation`. */
  prices?: PriceRange;
  /** Properties in which the variants differ, at most 3; empty for a product without variants, or without `variants: true`. */
  options: ProductOption[];
  /** All variants of the product, the item among them, in the order of the catalogue; empty like `options`. */
  variants: Item[];
}
