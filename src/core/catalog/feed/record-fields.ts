import { ALIASES, columnFields } from './column-fields';
import { type FeedMapping, MAPPED_FIELDS } from './feed-mapping';
import type { NamedFields, RecordShape } from './feed-record';
import { attributeValue, isPresent, normalName } from './field-values';
import { jsonLdFields } from './json-ld-fields';
import { shopifyFields, shopifyVariantFields } from './shopify-fields';
import { wooStoreFields, wooTableFields } from './woocommerce-fields';

/** Maximum number of names in a report of a missing field. */
const MAX_NAMES = 6;

/** Maps the fields of a record to an item's: by the names that platforms use, then by the shop's mapping. */
export function namedFields(shape: RecordShape, record: Record<string, unknown>, mapping: FeedMapping): NamedFields {
  const named = FIELDS[shape](record);
  for (const field of MAPPED_FIELDS) {
    const columns = mapping[field];
    if (columns === undefined) continue;
    named[field] = [columns]
      .flat()
      .map((column) => valueAt(record, column))
      .find(isPresent);
    if (field === 'price') delete named.sale;
  }
  if (mapping.attributes !== undefined) {
    named.attributes = chosen(record, mapping.attributes);
    named.leftOut = [];
  }
  return named;
}

/** Sources of the required fields in all shapes but tables. */
const SOURCES: Record<Exclude<RecordShape, 'columns'>, Record<'id' | 'title', readonly string[]>> = {
  shopify: { id: ['handle', 'id'], title: ['title'] },
  'shopify-variant': { id: ['Variant ID', 'Variant SKU', 'or id and sku of the variant'], title: ['title'] },
  'woo-table': { id: ['ID', 'SKU'], title: ['Name'] },
  'woo-store': { id: ['id'], title: ['name'] },
  'json-ld': { id: ['productGroupID', 'sku', 'productID', 'mpn', 'gtin', '@id', 'url'], title: ['name'] },
};

/** The searched names of a field, as written in feeds: the mapping's names, else the usual ones. */
export function namesOf(field: 'id' | 'title', shape: RecordShape, mapping: FeedMapping): string {
  const mapped = mapping[field];
  if (mapped !== undefined) return [mapped].flat().join(', ');
  if (shape !== 'columns') return SOURCES[shape][field].join(', ');
  const names = [...new Set(ALIASES[field].map((name) => name.replace(/^g:/, '').replaceAll('_', ' ')))];
  return `${names.slice(0, MAX_NAMES).join(', ')}${names.length > MAX_NAMES ? ' …' : ''}`;
}

const FIELDS: Record<RecordShape, (record: Record<string, unknown>) => NamedFields> = {
  columns: columnFields,
  shopify: shopifyFields,
  'shopify-variant': shopifyVariantFields,
  'woo-table': wooTableFields,
  'woo-store': wooStoreFields,
  'json-ld': jsonLdFields,
};

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

/** Value of a column by its exact name, by its normalised name, or by a path into the record. */
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
