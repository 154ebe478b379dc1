import { isObject, type NamedFields } from './feed-record';
import { attributeValue, isPresent, textList } from './field-values';
import { isCost } from './withheld';

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
 * What the metafields of a product say: attributes, ratings, and the handles of its complementary products. `leftOut` names those that
 * say nothing to a shopper: ids of other records (`gid://shopify/Metaobject/1`), addresses of files, and structured texts.
 */
export interface MetafieldValues extends Pick<NamedFields, 'rating' | 'ratings' | 'complements'> {
  attributes: Map<string, unknown>;
  leftOut: string[];
}

/**
 * @param record a product, with the columns of the admin's export if it has some
 * @param owner whose columns are read
 * @param list metafields of the owner as the APIs and some apps write them
 */
export function metafieldValues(
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
