/** Text cut anywhere, for instance a decoded file stream. */
export type TextChunks = AsyncIterable<string> | Iterable<string>;

/** The shapes of record that the readers know: columns by name, a product of Shopify, a schema.org Product. */
export type RecordShape = 'columns' | 'shopify' | 'json-ld';

/**
 * One product as a feed writes it, before its fields are named as an item's are; or why there is none. `line` is 1-based:
 * the line where the record begins, or in a JSON document the number of the product.
 */
export type FeedRecord =
  | { line: number; shape: RecordShape; fields: Record<string, unknown> }
  | { line: number; reason: string };

/** Characters of the longest record accepted. */
export const MAX_RECORD = 1_000_000;
/** Characters of the longest page accepted, and of the longest text between two products of a document. */
export const MAX_PAGE = 20_000_000;

/** Levels that a value is followed into: pages nest a few, and only mistakes nest more. */
export const MAX_NESTING = 8;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
