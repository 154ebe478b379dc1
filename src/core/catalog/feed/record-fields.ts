import * as v from 'valibot';
import { finiteNumber } from '../item';
import { type FeedMapping, MAPPED_FIELDS, type MappedField } from './feed-mapping';
import { isObject, MAX_NESTING, type RecordShape } from './feed-record';
import { normalName } from './field-values';
import { isCost, isUnpublished } from './withheld';

/**
 * Names that feeds give a field, best first: Merchant Center's, then the names in shop exports. Compared in lower case, with
 * `_` for spaces and hyphens; a name with `g:` also stands for the name without it.
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
/** Maximum number of names in a report of a missing field. */
const MAX_NAMES = 6;
const ALIAS_FIELDS = Object.keys(ALIASES) as (MappedField | 'sale')[];

/** Columns that do not describe the product itself. */
const NO_ATTRIBUTE =
  /^(attributes|mobile_link|identifier_exists|shipping.*|tax.*|ads_.*|sale_price_effective_date|canonical_link|pubdate|updated|published|guid|id|link)$/;
/** Columns that state whether a product is published. */
const STATUS = ['status', 'product_status', 'post_status'];
const PUBLISHED = ['published', 'is_published', 'published_on_online_store'];
/** Columns whose digits are an identifier, not a quantity. */
const CODE = /(^|_)(id|gtin\d*|ean\d*|upc|isbn|mpn|sku|barcode|code|zip|product_category)$/;
/** Characters of the longest text that becomes an attribute without a mapping. */
const MAX_ATTRIBUTE = 500;
/** Texts of the longest list that becomes an attribute. */
const MAX_TEXTS = 100;

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
  if (mapping.attributes !== undefined) named.attributes = chosen(record, mapping.attributes);
  return named;
}

/** Sources of the required fields in all shapes but tables. */
const SOURCES: Record<Exclude<RecordShape, 'columns'>, Record<'id' | 'title', readonly string[]>> = {
  shopify: { id: ['handle', 'id'], title: ['title'] },
  'shopify-variant': { id: ['Variant ID', 'Variant SKU', 'or id and sku of the variant'], title: ['title'] },
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
  'json-ld': jsonLdFields,
};

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

/**
 * Texts, numbers, booleans and lists of texts; a numeric text that is not a code becomes a number, which the ranking uses.
 * Tags are always a list.
 */
function attributeValue(name: string, value: unknown): string | number | boolean | string[] | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) || (normalName(name) === 'tags' && typeof value === 'string')) return textList(value);
  if (typeof value !== 'string' || value === '' || value.length > MAX_ATTRIBUTE) return undefined;
  const number = Number(value);
  // A number that no item may have stays a text.
  const counts = String(number) === value && v.is(finiteNumber, number) && !CODE.test(normalName(name));
  return counts ? number : value;
}

/** The distinct texts of a list or of a comma-separated text; undefined if there are no texts, or other values. */
function textList(value: unknown): string[] | undefined {
  const parts = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string' && part.length <= MAX_ATTRIBUTE)) {
    return undefined;
  }
  const texts = [...new Set(parts.filter((part) => part !== ''))].slice(0, MAX_TEXTS);
  return texts.length > 0 ? texts : undefined;
}

const withoutCosts = (attributes: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !isCost(name)));

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

const isPresent = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/**
 * Unparsed values of an item's fields; `sale` is the sale price beside the regular one, `currency` the currency of the
 * prices. `unpublished` marks a product that must not be shown to shoppers.
 */
export type NamedFields = Partial<Record<MappedField | 'sale' | 'currency', unknown>> & {
  attributes?: unknown;
  unpublished?: boolean;
};

/**
 * Fields of a product in Shopify's `products.json`, or assembled from the rows of its table. The handle is the id, because
 * it names the product page; the price is the cheapest variant's, and one available variant makes the product available. The
 * file lacks the shop's address, so `url` is relative: see `urlBase` of the mapping.
 */
function shopifyFields(product: Record<string, unknown>): NamedFields {
  const { handle, image } = product;
  const variants = Array.isArray(product.variants) ? product.variants.filter(isObject) : [];
  const images = Array.isArray(product.images) ? product.images : [];
  const known = variants.filter(({ available }) => typeof available === 'boolean');
  const cheapest = variants
    .filter(({ price }) => typeof price === 'number' || (typeof price === 'string' && price !== ''))
    .reduce<Record<string, unknown> | undefined>(
      (best, variant) => (best === undefined || Number(variant.price) < Number(best.price) ? variant : best),
      undefined,
    );
  const quantities = variants.map(({ inventory_quantity }) => inventory_quantity);
  const options = Array.isArray(product.options) ? product.options.filter(isObject) : [];
  const attributes = {
    ...Object.fromEntries(options.flatMap(({ name, values }) => option(name, values))),
    brand: typeof product.vendor === 'string' ? attributeValue('brand', product.vendor) : undefined,
    tags: textList(product.tags),
  };
  return {
    id: handle || product.id,
    title: product.title,
    description: product.body_html,
    category: product.product_type,
    price: cheapest?.price,
    listPrice: cheapest?.compare_at_price,
    image: images[0] ?? image,
    images: images.slice(1),
    url: typeof handle === 'string' && handle !== '' ? `/products/${handle}` : undefined,
    availability: known.length > 0 ? known.some(({ available }) => available === true) : undefined,
    quantity:
      quantities.length > 0 && quantities.every((quantity) => typeof quantity === 'number')
        ? Math.max(
            0,
            quantities.reduce((sum, quantity) => sum + quantity, 0),
          )
        : undefined,
    published: product.published_at ?? product.created_at,
    // In the admin API, null marks a product that is not published in any shop.
    unpublished: product.published_at === null || isUnpublished(product.status, product.published),
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)),
  };
}

/**
 * Fields of a variant of a Shopify product, whose `variants` contain only that one. Title, description and category come
 * from the product, because all of its variants must have the same text.
 */
function shopifyVariantFields(product: Record<string, unknown>): NamedFields {
  const { handle } = product;
  const [variant = {}] = [product.variants].flat().filter(isObject);
  const options = [product.options].flat().filter(isObject);
  const pictures = [product.images].flat().filter(isPresent);
  const named = pictures.find((picture) => isObject(picture) && picture.id && picture.id === variant.image_id);
  const image = [variant.featured_image, named, pictures[0], product.image].find(isPresent);
  const { attributes, url, ...shared } = shopifyFields({ ...product, options: [] });
  return {
    ...shared,
    id: variant.id ?? variant.sku,
    group: handle || product.id,
    image,
    images: pictures.filter((picture) => addressOf(picture) !== addressOf(image)),
    url: url && isPresent(variant.id) ? `${url}?variant=${variant.id}` : url,
    attributes: {
      ...Object.fromEntries(
        options.flatMap(({ name, position }, n) => option(name, [variant[`option${position ?? n + 1}`]])),
      ),
      ...(isObject(attributes) ? attributes : {}),
    },
  };
}

const addressOf = (picture: unknown): unknown => (isObject(picture) ? picture.src : picture);

/** An option of a Shopify product as an attribute: its one value, or the list of them. */
function option(name: unknown, values: unknown): [string, unknown][] {
  const texts = textList(values);
  if (typeof name !== 'string' || name === '' || !texts) return [];
  // Shopify's own name and value of a product without options.
  if (name === 'Title' && texts.length === 1 && texts[0] === 'Default Title') return [];
  return [[name, texts.length > 1 ? texts : attributeValue(name, texts[0])]];
}

/** Properties of a schema.org Product that become attributes. */
const FACTS = ['brand', 'color', 'material', 'pattern', 'size', 'model', 'manufacturer'];

/**
 * Fields of a schema.org Product or ProductGroup. The price is the lowest of its offers; one available offer makes the
 * product available. A property that a group lacks is taken from the first variant that has it.
 */
function jsonLdFields(product: Record<string, unknown>): NamedFields {
  const variants = [product.hasVariant].flat().filter(isObject);
  const all = [product, ...variants];
  const first = (read: (node: Record<string, unknown>) => unknown): unknown => {
    for (const node of all) {
      const value = read(node);
      if (value !== undefined && value !== null && value !== '') return value;
    }
    return undefined;
  };
  const offers = all.flatMap((node) => offersOf(node.offers));
  return {
    id: first((node) =>
      idOf(node.productGroupID ?? node.sku ?? node.productID ?? node.mpn ?? gtin(node) ?? node['@id'] ?? node.url),
    ),
    title: first(({ name }) => text(name)),
    description: first(({ description }) => text(description)),
    category: first(({ category }) => names(category)),
    price: lowest(offers.flatMap(prices)),
    currency: offers.map(({ priceCurrency }) => text(priceCurrency)).find((code) => code !== undefined),
    listPrice: lowest(offers.flatMap(listPrices)),
    image: first(({ image }) => image),
    images: [first(({ image }) => image)].flat().slice(1),
    url: first(({ url }) => text(url)) ?? offers.map(({ url }) => text(url)).find((url) => url !== undefined),
    availability: bestAvailability(offers),
    quantity: offers.map(({ inventoryLevel }) => quantityOf(inventoryLevel)).find((quantity) => quantity !== undefined),
    group: groupOf(product),
    ...ratingOf(first(({ aggregateRating }) => aggregateRating)),
    published: first((node) => text(node.releaseDate ?? node.datePublished)),
    attributes: Object.fromEntries(
      FACTS.flatMap((name) => {
        const value = [first((node) => node[name])]
          .flat()
          .map((fact) => text(fact))
          .filter(Boolean)
          .join(', ');
        return value === '' ? [] : [[name, value]];
      }),
    ),
  };
}

/** The offers of a product, including those inside an aggregate offer. */
function offersOf(value: unknown, depth = 0): Record<string, unknown>[] {
  if (depth > MAX_NESTING) return [];
  return [value]
    .flat()
    .filter(isObject)
    .flatMap((offer) => [offer, ...offersOf(offer.offers, depth + 1)]);
}

const specifications = (offer: Record<string, unknown>) => [offer.priceSpecification].flat().filter(isObject);
/** Whether a price is the price before a reduction. */
const isListPrice = ({ priceType }: Record<string, unknown>) =>
  /ListPrice|MSRP|SRP|Strikethrough/i.test(text(priceType) ?? '');

const listPrices = (offer: Record<string, unknown>): unknown[] =>
  specifications(offer)
    .filter(isListPrice)
    .map(({ price }) => price);

function prices(offer: Record<string, unknown>): unknown[] {
  const specified = specifications(offer)
    .filter((specification) => !isListPrice(specification))
    .map(({ price }) => price);
  return [offer.lowPrice, offer.price, ...specified].filter(
    (price) => typeof price === 'number' || (typeof price === 'string' && price !== ''),
  );
}

const lowest = (values: unknown[]): unknown =>
  values.reduce<unknown>(
    (best, value) => (best === undefined || Number(value) < Number(best) ? value : best),
    undefined,
  );

/** Availability of the first offer in stock, else of the first offer that has one. */
function bestAvailability(offers: Record<string, unknown>[]): unknown {
  const known = offers.map(({ availability }) => text(availability)).filter((word) => word !== undefined);
  return known.find((word) => /instock|limited|only/i.test(word)) ?? known[0];
}

/** Id of the group that a schema.org variant belongs to; a ProductGroup itself is one item. */
function groupOf(product: Record<string, unknown>): unknown {
  const parents = [product.isVariantOf].flat().filter(isObject);
  const [parent] = parents.map(groupIdOf);
  return parent ?? idOf(product.inProductGroupWithID);
}

/** Id of a schema.org ProductGroup. A bare fragment, such as `#group`, is an id only within its page. */
export const groupIdOf = (group: Record<string, unknown>): unknown => {
  const address = text(group['@id']);
  const identifier = address?.startsWith('#') ? undefined : address;
  return idOf(group.productGroupID ?? identifier ?? group.sku ?? group.url ?? group.name);
};

/** Stars of 5 and number of ratings of a schema.org AggregateRating. */
function ratingOf(node: unknown): Pick<NamedFields, 'rating' | 'ratings'> {
  if (!isObject(node)) return {};
  const value = Number(text(node.ratingValue));
  const best = Number(text(node.bestRating) ?? 5);
  return { rating: (value / best) * 5, ratings: text(node.ratingCount) ?? text(node.reviewCount) };
}

const quantityOf = (level: unknown): unknown => (isObject(level) ? level.value : level);

const gtin = (node: Record<string, unknown>): unknown =>
  node.gtin13 ?? node.gtin ?? node.gtin12 ?? node.gtin14 ?? node.gtin8;

/** Keeps a number, as `recordItem` checks whether it is exact enough for an id. */
const idOf = (value: unknown): unknown => leafOf(value);

/** Text of a value: itself, the name or address of a node, or the text of the first element of a list. */
export function text(value: unknown): string | undefined {
  const leaf = leafOf(value);
  return leaf === undefined ? undefined : String(leaf);
}

/** The same before a number becomes a text. */
function leafOf(value: unknown, depth = 0): string | number | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (depth > MAX_NESTING) return undefined;
  if (Array.isArray(value)) {
    for (const part of value) {
      const leaf = leafOf(part, depth + 1);
      if (leaf !== undefined) return leaf;
    }
  } else if (isObject(value)) return leafOf(value['@value'] ?? value.name ?? value.value ?? value['@id'], depth + 1);
  return undefined;
}

const names = (value: unknown): unknown => {
  const all = [value]
    .flat()
    .map((name) => text(name))
    .filter((name) => name !== undefined);
  return all.length > 1 ? all : all[0];
};
