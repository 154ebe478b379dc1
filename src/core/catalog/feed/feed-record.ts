import type { MappedField } from './feed-mapping';

/** Text in chunks that may end anywhere, for instance a decoded file stream. */
export type TextChunks = AsyncIterable<string> | Iterable<string>;

/**
 * Shapes of records: named columns, a Shopify product, a Shopify product with only one of its variants, a row of
 * WooCommerce's CSV, a product of its Store API, a schema.org Product.
 */
export type RecordShape = 'columns' | 'shopify' | 'shopify-variant' | 'woo-table' | 'woo-store' | 'json-ld';

/**
 * One product as written in the feed, before its fields are mapped to an item's; or the reason why it cannot be read. `line`
 * is 1-based: the line where the record begins, or in a JSON document the number of the product.
 */
export type FeedRecord =
  | { line: number; shape: RecordShape; fields: Record<string, unknown> }
  | { line: number; reason: string };

/** Maximum length of a record, in characters. */
export const MAX_RECORD = 1_000_000;
/** Maximum length of a page, and of the text between two products of a document, in characters. */
export const MAX_PAGE = 20_000_000;

/** Maximum depth of nested values: pages nest a few levels, and only mistakes nest more. */
export const MAX_NESTING = 8;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Unparsed values of an item's fields; `sale` is the sale price beside the regular one, `currency` the currency of the
 * prices. `unpublished` marks a product that must not be shown to shoppers. `complements` are the handles of products that complete
 * it, `leftOut` the names of values that cannot be attributes.
 */
export type NamedFields = Partial<Record<MappedField | 'sale' | 'currency', unknown>> & {
  attributes?: unknown;
  unpublished?: boolean;
  complements?: string[];
  leftOut?: string[];
};
