import * as v from 'valibot';
import { SidestreamError } from '../../../error';
import { messageOf } from '../../common/text';

/** Text in chunks that may end anywhere, for instance a decoded file stream. */
export type TextChunks = AsyncIterable<string> | Iterable<string>;

/**
 * Shapes of records: named columns, a Shopify product, a Shopify product with only one of its variants, a row of
 * WooCommerce's CSV, a product of its Store API, a schema.org Product.
 */
export type RecordShape = 'columns' | 'shopify' | 'shopify-variant' | 'woo-table' | 'woo-store' | 'json-ld';

/**
 * One product as written in the feed, before its fields are mapped to an item's; or the reason why it cannot be read. `line`
 * is 1-based: the line where the record begins, or in a JSON document the number of the product. `header` has all columns of its
 * table, of which it may have only some.
 */
export type FeedRecord =
  | { line: number; shape: RecordShape; fields: Record<string, unknown>; header?: readonly string[] }
  | { line: number; reason: string };

export type ReadRecord = Extract<FeedRecord, { fields: Record<string, unknown> }>;

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

const column = v.pipe(v.string(), v.minLength(1, 'must not be empty'));
const columns = v.union([column, v.pipe(v.array(column), v.minLength(1, 'must name at least one column'))]);

/** An encoding by a name that `TextDecoder` knows. */
export const encodingSchema = v.pipe(
  column,
  v.check((name) => {
    try {
      return new TextDecoder(name) !== null;
    } catch {
      return false;
    }
  }, 'must be the name of an encoding, such as "windows-1252" or "utf-8"'),
);

/** Fields of an item that a mapping may name columns for. */
export const MAPPED_FIELDS = [
  'id',
  'title',
  'description',
  'category',
  'price',
  'listPrice',
  'image',
  'images',
  'url',
  'availability',
  'quantity',
  'group',
  'rating',
  'ratings',
  'published',
  'popularity',
] as const;

export type MappedField = (typeof MAPPED_FIELDS)[number];

/**
 * The mapping file of a shop; every entry is optional. A column is named as the feed names it (`Article no.`, `g:id`), or
 * by a path into a record (`variants.0.sku`); if several columns are named, the first one with a value counts.
 */
const feedMappingSchema = v.strictObject({
  ...v.entriesFromList(MAPPED_FIELDS, v.optional(columns)),
  /** The only further columns to keep: a list, or your own names for them: `{"colour": "g:color"}`. */
  attributes: v.optional(v.union([v.array(column), v.record(v.string(), column)])),
  /** Separator of the columns of a CSV file. Default: detected from the first line. */
  separator: v.optional(v.pipe(v.string(), v.length(1, 'must be one character'))),
  /** Quote of the cells of a CSV file; `false` if quotes have no meaning. Default `"`. */
  quote: v.optional(v.union([v.pipe(v.string(), v.length(1, 'must be one character')), v.literal(false)])),
  /** Decimal sign of prices. Default: detected for each price. */
  decimal: v.optional(v.picklist(['.', ','])),
  /** Separator of the names of a category path. Default: `>` if it occurs, else `/`. */
  categorySeparator: v.optional(column),
  /** Encoding by its WHATWG name, such as `windows-1252`. Default: the declared one, else UTF-8. */
  encoding: v.optional(encodingSchema),
  /** Path to the products in a JSON document: `data.items`. Default `products`. */
  products: v.optional(
    v.pipe(
      column,
      v.check((path) => !path.split('.').includes(''), 'must be names joined by points'),
    ),
  ),
  /**
   * Whether each variant of a Shopify product, each variation of a WooCommerce product and each `hasVariant` of a schema.org
   * ProductGroup is a separate item, all in one `group`. Default false: a product is one item.
   */
  variants: v.optional(v.boolean()),
  /** Base of relative addresses of product pages: `https://shop.example`. */
  urlBase: v.optional(v.pipe(v.string(), v.url('must be an address such as https://shop.example'))),
});

export type FeedMapping = v.InferOutput<typeof feedMappingSchema>;

/**
 * Reads a mapping file.
 * @throws SidestreamError `catalog/bad-mapping` when it is not JSON or an entry is invalid; the message names the entry
 */
export function parseFeedMapping(text: string, name: string): FeedMapping {
  const bad = (why: string, cause?: unknown) =>
    new SidestreamError('catalog/bad-mapping', `The mapping ${name} cannot be used: ${why}.`, { cause });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw bad(`it is not JSON (${messageOf(cause)})`, cause);
  }
  const result = v.safeParse(feedMappingSchema, data);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    throw bad(`"${path}" is not an entry; entries are ${Object.keys(feedMappingSchema.entries).join(', ')}`);
  }
  throw bad(`${path ?? 'it'} ${issue.message}`);
}
