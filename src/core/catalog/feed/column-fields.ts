import type { MappedField } from './feed-mapping';
import { isObject, type NamedFields } from './feed-record';
import { attributeValue, isPresent, normalName } from './field-values';
import { isCost, isUnpublished } from './withheld';

/**
 * Names that feeds give a field, best first: Merchant Center's, then the names in shop exports. Compared in lower case, with
 * `_` for spaces and hyphens; a name with `g:` also stands for the name without it.
 */
export const ALIASES: Record<MappedField | 'sale', readonly string[]> = {
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
  listPrice: [
    'listprice',
    'list_price',
    'compare_at_price',
    'variant_compare_at_price',
    'strikethrough_price',
    'msrp',
    'rrp',
  ],
  sale: ['g:sale_price', 'sale_price', 'special_price'],
  image: ['g:image_link', 'image', 'image_link', 'image_url', 'image_src', 'images', 'main_image', 'picture'],
  images: ['g:additional_image_link', 'additional_image_link', 'additional_images', 'images'],
  url: ['g:link', 'url', 'link', 'product_url', 'product_link', 'permalink'],
  availability: ['g:availability', 'availability', 'stock_status', 'in_stock', 'available'],
  quantity: ['g:quantity', 'quantity', 'stock_quantity', 'variant_inventory_qty', 'inventory_quantity', 'stock'],
  group: ['g:item_group_id', 'item_group_id', 'group_id', 'parent_sku', 'parent_id'],
  rating: ['rating', 'average_rating', 'rating_value', 'review_rating'],
  ratings: ['ratings', 'rating_count', 'review_count', 'number_of_reviews'],
  published: ['published', 'published_at', 'created_at', 'date_added', 'date_created'],
  popularity: ['popularity'],
};
/** Fields whose columns also stay attributes: shops filter by them, and the ranking reads the numbers. */
const ALSO_ATTRIBUTES: readonly string[] = ['rating', 'ratings', 'published'];
const ALIAS_FIELDS = Object.keys(ALIASES) as (MappedField | 'sale')[];

/** Columns that do not describe the product itself. */
const NO_ATTRIBUTE =
  /^(attributes|mobile_link|identifier_exists|shipping.*|tax.*|ads_.*|sale_price_effective_date|canonical_link|pubdate|updated|published|guid|id|link)$/;
/** Columns that state whether a product is published. */
const STATUS = ['status', 'product_status', 'post_status'];
const PUBLISHED = ['published', 'is_published', 'published_on_online_store'];

/** Fields of a row of a table, by the names of its columns. */
export function columnFields(record: Record<string, unknown>): NamedFields {
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
    if (!ALSO_ATTRIBUTES.includes(field)) used.add(found);
    named[field] = record[found];
  }
  const attributes: Record<string, unknown> = {};
  for (const [name, column] of byName) {
    const plain = name.replace(/^\w+:/, '');
    // A plain field repeats Google's field of the same name.
    const again = plain === name && byName.has(`g:${name}`);
    if (used.has(column) || again || NO_ATTRIBUTE.test(plain) || isCost(name)) continue;
    const value = attributeValue(column, record[column]);
    if (value !== undefined) attributes[column.replace(/^g:/, '')] = value;
  }
  const currency = byName.get('currency') ?? byName.get('price_currency') ?? byName.get('currency_code');
  if (currency !== undefined) named.currency = record[currency];
  const own = record.attributes;
  named.attributes = isObject(own) ? { ...attributes, ...withoutCosts(own) } : (own ?? attributes);
  const [status, published] = [STATUS, PUBLISHED].map((names) =>
    names.map((name) => byName.get(name)).find((column) => column !== undefined),
  );
  named.unpublished = isUnpublished(status && record[status], published && record[published]);
  return named;
}

const withoutCosts = (attributes: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !isCost(name)));
