import * as v from 'valibot';
import { finiteNumber } from '../item';
import type { FeedMapping, MappedField } from './feed-mapping';
import { MAPPED_FIELDS } from './feed-mapping';
import type { RecordShape } from './feed-record';
import { isObject } from './feed-record';
import { jsonLdFields } from './json-ld-fields';
import type { NamedFields } from './named-fields';
import { shopifyFields } from './shopify-fields';

/**
 * Names that feeds give a field, best first: Merchant Center's, then those of shop exports. Compared in lower case, with
 * `_` for spaces and hyphens; a name with `g:` also stands for the one without.
 */
const ALIASES: Record<MappedField | 'sale', readonly string[]> = {
  id: ['g:id', 'id', 'sku', 'item_id', 'product_id', 'article_number', 'item_number', 'handle', 'guid'],
  title: ['g:title', 'title', 'name', 'product_name', 'product_title'],
  description: [
    'g:description',
    'description',
    'body_html',
    'body_(html)',
    'body',
    'product_description',
    'long_description',
    'content',
    'summary',
    'short_description',
  ],
  category: [
    'g:product_type',
    'category',
    'product_type',
    'categories',
    'product_category',
    'g:google_product_category',
    'google_product_category',
    'type',
  ],
  price: ['g:price', 'price', 'regular_price', 'variant_price'],
  sale: ['g:sale_price', 'sale_price', 'special_price'],
  image: ['g:image_link', 'image', 'image_link', 'image_url', 'image_src', 'images', 'main_image', 'picture'],
  url: ['g:link', 'url', 'link', 'product_url', 'product_link', 'permalink'],
  availability: ['g:availability', 'availability', 'stock_status', 'in_stock', 'available'],
  popularity: ['popularity'],
};
const ALIAS_FIELDS = Object.keys(ALIASES) as (MappedField | 'sale')[];

/** Columns that say nothing about the product itself. */
const NO_ATTRIBUTE =
  /^(attributes|additional_image_link|mobile_link|identifier_exists|shipping.*|tax.*|ads_.*|sale_price_effective_date|canonical_link|item_group_id|pubdate|updated|published|guid|id|link)$/;
/** Numbers by their look, names by their meaning. */
const CODE = /(^|_)(id|gtin\d*|ean\d*|upc|isbn|mpn|sku|barcode|code|zip|product_category)$/;
/** Characters of the longest text that becomes an attribute by itself. */
const MAX_ATTRIBUTE = 500;

/** Gives the fields of a record the names of an item's: by what the platforms call them, then by the shop's mapping. */
export function namedFields(shape: RecordShape, record: Record<string, unknown>, mapping: FeedMapping): NamedFields {
  const named =
    shape === 'shopify' ? shopifyFields(record) : shape === 'json-ld' ? jsonLdFields(record) : columnFields(record);
  for (const field of MAPPED_FIELDS) {
    const columns = mapping[field];
    if (columns === undefined) continue;
    named[field] = [columns]
      .flat()
      .map((column) => valueAt(record, column))
      .find(isPresent);
    if (field === 'price') delete named.sale;
  }
  if (mapping.attributes !== undefined) named.attributes = chosen(record, mapping.attributes);
  return named;
}

function columnFields(record: Record<string, unknown>): NamedFields {
  const byName = new Map<string, string>();
  for (const column of Object.keys(record)) {
    const name = normalName(column);
    if (!byName.has(name)) byName.set(name, column);
  }
  const named: NamedFields = {};
  const used = new Set<string>();
  for (const field of ALIAS_FIELDS) {
    let found: string | undefined;
    for (const alias of ALIASES[field]) {
      const column = byName.get(alias);
      if (column === undefined || record[column] === null) continue;
      found ??= column;
      if (!isPresent(record[column])) continue;
      found = column;
      break;
    }
    if (found === undefined) continue;
    used.add(found);
    named[field] = record[found];
  }
  const attributes: Record<string, unknown> = {};
  for (const [name, column] of byName) {
    const plain = name.replace(/^\w+:/, '');
    // Beside Google's own field, a plain one of the same name says the same once more.
    const again = plain === name && byName.has(`g:${name}`);
    if (used.has(column) || again || NO_ATTRIBUTE.test(plain)) continue;
    const value = attributeValue(column, record[column]);
    if (value !== undefined) attributes[column.replace(/^g:/, '')] = value;
  }
  const own = record.attributes;
  named.attributes = isObject(own) ? { ...attributes, ...own } : (own ?? attributes);
  return named;
}

/** Texts, numbers and truth values; a text that is a number, but no code, becomes one: numbers count in the ranking. */
function attributeValue(name: string, value: unknown): string | number | boolean | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = Array.isArray(value) && value.every((part) => typeof part === 'string') ? value.join(', ') : value;
  if (typeof text !== 'string' || text === '' || text.length > MAX_ATTRIBUTE) return undefined;
  const number = Number(text);
  // A number that no item may have stays the text that it was.
  const counts = String(number) === text && v.is(finiteNumber, number) && !CODE.test(normalName(name));
  return counts ? number : text;
}

function chosen(
  record: Record<string, unknown>,
  attributes: string[] | Record<string, string>,
): Record<string, unknown> {
  const wanted = Array.isArray(attributes) ? attributes.map((column) => [column, column]) : Object.entries(attributes);
  return Object.fromEntries(
    wanted.flatMap(([name, column]) => {
      const value = attributeValue(name, valueAt(record, column));
      return value === undefined ? [] : [[name.replace(/^g:/, ''), value]];
    }),
  );
}

/** A column by its exact name, by its name in other letters, or by a path into the record. */
function valueAt(record: Record<string, unknown>, column: string): unknown {
  if (Object.hasOwn(record, column)) return record[column];
  const wanted = normalName(column);
  const alike = Object.keys(record).find((name) => normalName(name) === wanted);
  if (alike !== undefined) return record[alike];
  let value: unknown = record;
  for (const step of column.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

const isPresent = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
const normalName = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
