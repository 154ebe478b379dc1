import { type FeedRecord, isObject, type NamedFields, type ReadRecord } from './feed-record';
import {
  attributeValue,
  isCost,
  isPresent,
  isUnpublished,
  lowest,
  objects,
  optionOf,
  textList,
  total,
} from './field-values';

/**
 * Fields of a product in Shopify's `products.json`, or assembled from the rows of its table. The handle is the id, because
 * it names the product page; the price is the cheapest variant's, and one available variant makes the product available. The
 * file lacks the shop's address, so `url` is relative: see `urlBase` of the mapping.
 */
export function shopifyFields(product: Record<string, unknown>): NamedFields {
  const { handle, image } = product;
  const variants = objects(product.variants);
  const images = Array.isArray(product.images) ? product.images : [];
  const known = variants.filter(({ available }) => typeof available === 'boolean');
  const priced = variants.filter(
    ({ price }) => typeof price === 'number' || (typeof price === 'string' && price !== ''),
  );
  const cheapest = lowest(priced, ({ price }) => Number(price));
  const options = objects(product.options);
  const attributes = Object.fromEntries([
    ...options.flatMap(({ name, values }) => option(name, values)),
    ...optionOf('brand', [product.vendor]),
    ...optionOf('tags', product.tags),
  ]);
  const { attributes: told, ...further } = metafieldValues(product, 'product', product.metafields);
  return {
    ...further,
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
    quantity: total(variants.map(({ inventory_quantity }) => inventory_quantity)),
    published: product.published_at ?? product.created_at,
    // In the admin API, null marks a product that is not published in any shop.
    unpublished: product.published_at === null || isUnpublished(product.status, product.published),
    attributes: withMore(attributes, told),
  };
}

/**
 * Fields of a variant of a Shopify product, whose `variants` contain only that one. Title, description and category come
 * from the product, because all of its variants must have the same text.
 */
export function shopifyVariantFields(product: Record<string, unknown>): NamedFields {
  const { handle } = product;
  const [variant = {}] = [product.variants].flat().filter(isObject);
  const options = [product.options].flat().filter(isObject);
  const pictures = [product.images].flat().filter(isPresent);
  const named = pictures.find((picture) => isObject(picture) && picture.id && picture.id === variant.image_id);
  const image = [variant.featured_image, named, pictures[0], product.image].find(isPresent);
  const { attributes, url, leftOut = [], ...shared } = shopifyFields({ ...product, options: [] });
  const chosen = Object.fromEntries(
    options.flatMap(({ name, position }, n) => option(name, [variant[`option${position ?? n + 1}`]])),
  );
  const told = metafieldValues(product, 'variant', variant.metafields);
  const own = withMore(chosen, told.attributes);
  return {
    ...shared,
    id: variant.id ?? variant.sku,
    group: handle || product.id,
    image,
    images: pictures.filter((picture) => addressOf(picture) !== addressOf(image)),
    url: url && isPresent(variant.id) ? `${url}?variant=${variant.id}` : url,
    attributes: withMore(own, Object.entries(isObject(attributes) ? attributes : {})),
    leftOut: [...leftOut, ...told.leftOut],
  };
}

/** Attributes with further ones, which replace none of them. */
const withMore = (attributes: Record<string, unknown>, more: Iterable<[string, unknown]>): Record<string, unknown> =>
  Object.fromEntries([
    ...Object.entries(attributes),
    ...[...more].filter(([name]) => !Object.hasOwn(attributes, name)),
  ]);

const addressOf = (picture: unknown): unknown => (isObject(picture) ? picture.src : picture);

/** An option as an attribute; none for Shopify's own name and value of a product without options. */
const option = (name: unknown, values: unknown): [string, unknown][] =>
  optionOf(name, values).filter(([own, value]) => own !== 'Title' || value !== 'Default Title');

/** One record for each variant of a product, as products.json lists them. */
export function shopifyVariants(record: ReadRecord): FeedRecord[] {
  const variants = objects(record.fields.variants);
  if (variants.length === 0) return [record];
  return variants.map((variant) => ({
    line: record.line,
    shape: 'shopify-variant',
    // A mapping names the fields of a variant by their path in the product.
    fields: { ...record.fields, variants: [variant] },
  }));
}

/** The end of a column's name in the admin's export: whose metafield it is, namespace, key. */
const FIELD = /^\((product|variant)\.metafields\.([^.()]+)\.([^()]+)\)$/;
/** Namespaces with settings of Shopify and of its apps, which describe no product. */
const SETTINGS = /^(global|mm-google-shopping|app--.*|shopify--.*)$/;
const COMPLEMENTARY = 'shopify--discovery--product_recommendation.complementary_products';

interface Metafield {
  namespace: string;
  key: string;
  /** For people. */
  name: string;
  value: unknown;
}

/**
 * Contents of a product's metafields: attributes, ratings, and the handles of its complementary products. `leftOut` names those that
 * say nothing to a shopper: ids of other records (`gid://shopify/Metaobject/1`), addresses of files, and structured texts.
 */
interface MetafieldValues extends Pick<NamedFields, 'rating' | 'ratings' | 'complements'> {
  attributes: Map<string, unknown>;
  leftOut: string[];
}

/**
 * @param record a product, with the columns of the admin's export if it has some
 * @param owner whose columns are read
 * @param list metafields of the owner as the APIs and some apps write them
 */
function metafieldValues(
  record: Record<string, unknown>,
  owner: 'product' | 'variant',
  list: unknown,
): MetafieldValues {
  const values: MetafieldValues = { attributes: new Map(), leftOut: [] };
  for (const field of [...columns(record, owner), ...listed(list)]) if (isPresent(field.value)) read(field, values);
  return values;
}

function read({ namespace, key, name, value }: Metafield, values: MetafieldValues): void {
  const content = contentOf(value);
  if (`${namespace}.${key}` === COMPLEMENTARY) {
    const handles = handlesOf(content);
    if (handles) values.complements = handles;
    else values.leftOut.push(name);
  } else if (namespace === 'reviews') {
    if (key === 'rating') values.rating = isObject(content) ? fiveStars(content) : content;
    if (key === 'rating_count') values.ratings = content;
  } else if (!SETTINGS.test(namespace) && !isCost(name) && !isCost(key)) {
    // Category metafields are lists of entries, named by their handles.
    const told = wordsOf(namespace === 'shopify' ? (handlesOf(content) ?? content) : content);
    const attribute = attributeValue(name, told);
    if (told === undefined) values.leftOut.push(name);
    else if (attribute !== undefined && !values.attributes.has(name)) values.attributes.set(name, attribute);
  }
}

/** The metafields among the columns of a row. */
const columns = (record: Record<string, unknown>, owner: string): Metafield[] =>
  Object.entries(record).flatMap(([column, value]) => {
    const at = column.lastIndexOf('(');
    const [, whose, namespace, key] = (at !== -1 && FIELD.exec(column.slice(at))) || [];
    if (key === undefined || whose !== owner) return [];
    const title = column.slice(0, at).trim();
    return [{ namespace, key, name: title && title !== `${namespace}.${key}` ? title : titleOf(key), value }];
  });

/** A list of metafields, also as the nodes or edges of the GraphQL API. */
function listed(value: unknown): Metafield[] {
  const list = isObject(value) ? (value.nodes ?? value.edges) : value;
  return [list]
    .flat()
    .map((entry) => (isObject(entry) && isObject(entry.node) ? entry.node : entry))
    .flatMap((entry) => {
      if (!isObject(entry) || typeof entry.namespace !== 'string' || typeof entry.key !== 'string') return [];
      const { namespace, key, definition } = entry;
      const named = isObject(definition) ? definition.name : undefined;
      return [{ namespace, key, name: typeof named === 'string' ? named : titleOf(key), value: entry.value }];
    });
}

/** `care_instructions` becomes "Care instructions". */
function titleOf(key: string): string {
  const words = key.replace(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Lists and structured values are JSON in a text. */
function contentOf(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Handles of products or entries, which contain neither commas nor semicolons. */
function handlesOf(content: unknown): string[] | undefined {
  const list = typeof content === 'string' ? content.split(/[;,]/).map((handle) => handle.trim()) : content;
  const handles = textList(list);
  return handles?.some(isReference) ? undefined : handles;
}

const isReference = (text: unknown): boolean => typeof text === 'string' && /^\s*(gid|https?|shopify):\/\//.test(text);

/** The value of a metafield for a shopper: a text, number, boolean or list of texts, or a number with its unit. */
function wordsOf(content: unknown): string | number | boolean | string[] | undefined {
  if (Array.isArray(content)) {
    const texts = textList(content);
    if (!texts || texts.some(isReference)) return undefined;
    return texts.length > 1 ? texts : texts[0];
  }
  if (isObject(content)) {
    const { value, unit } = content;
    return (typeof value === 'number' || typeof value === 'string') && typeof unit === 'string'
      ? `${value} ${unit.toLowerCase()}`
      : undefined;
  }
  if (typeof content === 'number' || typeof content === 'boolean') return content;
  return typeof content === 'string' && !isReference(content) ? content : undefined;
}

/** The value of a rating out of five. */
const fiveStars = ({ value, scale_max }: Record<string, unknown>): unknown =>
  Number(scale_max) === 5 ? value : undefined;
