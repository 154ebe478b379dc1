import { messageOf } from '../../common/text';
import {
  type FeedRecord,
  isObject,
  MAX_NESTING,
  MAX_PAGE,
  type NamedFields,
  type ReadRecord,
  type TextChunks,
} from './feed-record';
import { isPresent, lowest } from './field-values';
import { readHtml } from './html';
import { nostoRecords } from './nosto-tags';

const PRODUCT_TYPES = new Set([
  'Product',
  'ProductGroup',
  'ProductModel',
  'IndividualProduct',
  'SomeProducts',
  'Vehicle',
]);

/**
 * Reads the products that an HTML page describes: of schema.org in `<script type="application/ld+json">`, otherwise those tagged for
 * Nosto.
 */
export const htmlRecords = (chunks: TextChunks): AsyncGenerator<FeedRecord> =>
  documentRecords('page', chunks, (page) => {
    const records = pageRecords(page);
    return records.length > 0 ? records : nostoRecords(page);
  });

/** Reads the schema.org products of one JSON-LD document. */
export const jsonLdRecords = (chunks: TextChunks): AsyncGenerator<FeedRecord> =>
  documentRecords('document', chunks, (text) => scriptRecords(1, text, undefined));

async function* documentRecords(kind: string, chunks: TextChunks, read: (text: string) => FeedRecord[]) {
  let text = '';
  for await (const chunk of chunks) {
    text += chunk;
    if (text.length <= MAX_PAGE) continue;
    yield { line: 1, reason: `is a ${kind} of more than ${MAX_PAGE} characters` };
    return;
  }
  yield* read(text);
}

function pageRecords(page: string): FeedRecord[] {
  const scripts: { line: number; text: string[] }[] = [];
  let address: string | undefined;
  let inScript = false;
  readHtml(page, {
    attributes: (name, attributes, lineOf) => {
      if (name === 'script' && /^application\/ld\+json\b/i.test(attributes.get('type')?.trim() ?? '')) {
        scripts.push({ line: lineOf(), text: [] });
        inScript = true;
      } else if (name === 'link' && attributes.get('rel')?.toLowerCase() === 'canonical')
        address = attributes.get('href');
      else if (name === 'meta' && attributes.get('property') === 'og:url') address ??= attributes.get('content');
    },
    text: (text) => {
      if (inScript) scripts.at(-1)?.text.push(text);
    },
    close: (name) => {
      if (name === 'script') inScript = false;
    },
  });
  return scripts.flatMap(({ line, text }) => scriptRecords(line, text.join(''), address));
}

/** @param address of the page, used for a product without its own address */
function scriptRecords(line: number, text: string, address: string | undefined): FeedRecord[] {
  let data: unknown;
  try {
    data = parseLoosely(text);
  } catch (error) {
    return [{ line, reason: `is not JSON: ${messageOf(error)}` }];
  }
  const products = productsIn(data);
  // A page with one product has the product's address.
  const url = products.length === 1 ? address : undefined;
  const groups = new Map(products.flatMap((node) => ('@id' in node && isGroup(node) ? [[node['@id'], node]] : [])));
  return products.map((product) => {
    const parent = isObject(product.isVariantOf) ? groups.get(product.isVariantOf['@id']) : undefined;
    const { hasVariant: _, ...isVariantOf } = parent ?? {};
    const named = parent ? { ...product, isVariantOf } : product;
    const fields = url === undefined || product.url !== undefined ? named : { ...named, url };
    return { line, shape: 'json-ld', fields };
  });
}

/** Parses JSON even if a page wraps it in comments for old browsers, or its strings contain line ends. */
function parseLoosely(text: string): unknown {
  let bare = text
    .trim()
    .replace(/^(\/\*|\/\/)?\s*(<!--|<!\[CDATA\[)\s*(\*\/)?/, '')
    .trimEnd();
  for (const end of ['*/', '-->', ']]>', '//', '/*', ';'])
    if (bare.endsWith(end)) bare = bare.slice(0, -end.length).trimEnd();
  try {
    return JSON.parse(bare);
  } catch {
    return JSON.parse(bare.replace(/\p{Cc}+/gu, ' '));
  }
}

/** Products in a node, its graph, a list of nodes, or the page or list that it describes. Variants belong to their group. */
function productsIn(node: unknown, depth = 0): Record<string, unknown>[] {
  if (depth > MAX_NESTING) return [];
  if (Array.isArray(node)) return node.flatMap((inner) => productsIn(inner, depth + 1));
  if (!isObject(node)) return [];
  if (isProduct(node)) return [node];
  return ['@graph', 'mainEntity', 'itemListElement', 'item'].flatMap((key) => productsIn(node[key], depth + 1));
}

const isGroup = (node: Record<string, unknown>): boolean => [node['@type']].flat().includes('ProductGroup');

function isProduct(node: Record<string, unknown>): boolean {
  const types = [node['@type']].flat();
  return types.some((type) => typeof type === 'string' && PRODUCT_TYPES.has(type.replace(/^.*[/:#]/, '')));
}

/** Properties of a schema.org Product that become attributes. */
const FACTS = ['brand', 'color', 'material', 'pattern', 'size', 'model', 'manufacturer'];

/**
 * Fields of a schema.org Product or ProductGroup. The price is the lowest of its offers in the first currency that they name; one available offer makes the
 * product available. A property that a group lacks is taken from the first variant that has it.
 */
export function jsonLdFields(product: Record<string, unknown>): NamedFields {
  const all = [product, ...nodesOf(product.hasVariant)];
  const first = (read: (node: Record<string, unknown>) => unknown): unknown => all.map(read).find(isPresent);
  const known = all.flatMap((node) => offersOf(node.offers));
  const currency = known.map(currencyOf).find((code) => code !== undefined);
  const offers = known.filter((offer) => (currencyOf(offer) ?? currency) === currency);
  return {
    id: first((node) =>
      leafOf(node.productGroupID ?? node.sku ?? node.productID ?? node.mpn ?? gtin(node) ?? node['@id'] ?? node.url),
    ),
    title: first(({ name }) => text(name)),
    description: first(({ description }) => text(description)),
    category: all.map(({ category }) => textsOf(category)).find(({ length }) => length > 0),
    price: lowest(offers.flatMap(prices), Number),
    currency,
    listPrice: lowest(
      offers.flatMap((offer) => specified(offer, true)),
      Number,
    ),
    image: first(({ image }) => image),
    images: [first(({ image }) => image)].flat().slice(1),
    url: first(({ url }) => text(url)) ?? offers.map(({ url }) => text(url)).find((url) => url !== undefined),
    availability: bestAvailability(offers),
    quantity: offers
      .map(({ inventoryLevel: level }) => (isObject(level) ? level.value : level))
      .find((quantity) => quantity !== undefined),
    // A ProductGroup itself is one item.
    group: nodesOf(product.isVariantOf).map(groupIdOf)[0] ?? leafOf(product.inProductGroupWithID),
    ...ratingOf(first(({ aggregateRating }) => aggregateRating)),
    published: first((node) => text(node.releaseDate ?? node.datePublished)),
    attributes: Object.fromEntries(
      FACTS.flatMap((name) => {
        const value = textsOf(first((node) => node[name])).join(', ');
        return value === '' ? [] : [[name, value]];
      }),
    ),
  };
}

/** The offers of a product, including those inside an aggregate offer. */
function offersOf(value: unknown, depth = 0): Record<string, unknown>[] {
  if (depth > MAX_NESTING) return [];
  return nodesOf(value).flatMap((offer) => [offer, ...offersOf(offer.offers, depth + 1)]);
}

const specifications = (offer: Record<string, unknown>) => nodesOf(offer.priceSpecification);
const currencyOf = (offer: Record<string, unknown>): string | undefined =>
  [offer, ...specifications(offer)].map(({ priceCurrency }) => text(priceCurrency)).find((code) => code !== undefined);
/** Whether a price is the price before a reduction. */
const isListPrice = ({ priceType }: Record<string, unknown>) =>
  /ListPrice|MSRP|SRP|Strikethrough/i.test(text(priceType) ?? '');

const specified = (offer: Record<string, unknown>, asListPrice: boolean): unknown[] =>
  specifications(offer).flatMap((specification) =>
    isListPrice(specification) === asListPrice ? [specification.price] : [],
  );

const prices = (offer: Record<string, unknown>): unknown[] =>
  [offer.lowPrice, offer.price, ...specified(offer, false)].filter(
    (price) => typeof price === 'number' || (typeof price === 'string' && /\d/.test(price)),
  );

/** Availability of the first offer in stock, else of the first offer that has one. */
function bestAvailability(offers: Record<string, unknown>[]): unknown {
  const known = offers.map(({ availability }) => text(availability)).filter((word) => word !== undefined);
  return known.find((word) => /instock|limited|only/i.test(word)) ?? known[0];
}

/** Id of a schema.org ProductGroup. A bare fragment, such as `#group`, is an id only within its page. */
const groupIdOf = (group: Record<string, unknown>): unknown => {
  const address = text(group['@id']);
  const identifier = address?.startsWith('#') ? undefined : address;
  return leafOf(group.productGroupID ?? identifier ?? group.sku ?? group.url ?? group.name);
};

/** Stars of 5 and number of ratings of a schema.org AggregateRating. */
function ratingOf(node: unknown): Pick<NamedFields, 'rating' | 'ratings'> {
  if (!isObject(node)) return {};
  const value = Number(text(node.ratingValue));
  const best = Number(text(node.bestRating) ?? 5);
  return { rating: (value / best) * 5, ratings: text(node.ratingCount) ?? text(node.reviewCount) };
}

const gtin = (node: Record<string, unknown>): unknown =>
  node.gtin13 ?? node.gtin ?? node.gtin12 ?? node.gtin14 ?? node.gtin8;

/** The nodes of a property, which has one or a list. */
const nodesOf = (value: unknown): Record<string, unknown>[] => [value].flat().filter(isObject);

/** Text of a value: itself, the name or address of a node, or the text of the first element of a list. */
function text(value: unknown): string | undefined {
  const leaf = leafOf(value);
  return leaf === undefined ? undefined : String(leaf);
}

/** The same, with a number left as a number: `recordItem` checks whether it is exact enough for an id. */
function leafOf(value: unknown, depth = 0): string | number | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (depth > MAX_NESTING) return undefined;
  if (Array.isArray(value)) return value.map((part) => leafOf(part, depth + 1)).find((leaf) => leaf !== undefined);
  return isObject(value) ? leafOf(value['@value'] ?? value.name ?? value.value ?? value['@id'], depth + 1) : undefined;
}

/** The texts of a property. */
const textsOf = (value: unknown): string[] => [value].flat().flatMap((part) => text(part) || []);

/** Properties of a node that only refers to a variant, which another page or node describes. */
const REFERENCE = ['@id', '@type', 'url'];
/** Properties that name a group and not its variants. */
const IDENTIFIERS = ['@id', 'productGroupID', 'sku', 'productID', 'mpn', 'gtin', 'gtin8', 'gtin12', 'gtin13', 'gtin14'];

/** One record for each `hasVariant` of a schema.org ProductGroup. */
export function groupVariants(record: ReadRecord): FeedRecord[] {
  const { hasVariant, ...group } = record.fields;
  const variants = nodesOf(hasVariant);
  const described = variants.filter((node) => Object.keys(node).some((name) => !REFERENCE.includes(name)));
  const inProductGroupWithID = groupIdOf(group);
  // Variants on other nodes or pages refer to this group by name.
  if (variants.length > 0 && described.length === 0)
    return [{ ...record, fields: { ...record.fields, inProductGroupWithID } }];
  if (described.length === 0) return [record];
  const shared = Object.fromEntries(Object.entries(group).filter(([name]) => !IDENTIFIERS.includes(name)));
  return described.map((variant) => {
    const own = Object.fromEntries(Object.entries(variant).filter(([, value]) => isPresent(value)));
    const fields: Record<string, unknown> = { ...shared, ...own, inProductGroupWithID };
    // Texts of the group: all of its variants must have the same features.
    for (const name of ['name', 'description']) if (text(group[name])) fields[name] = group[name];
    for (const name of ['isVariantOf', 'productGroupID']) delete fields[name];
    const hasAddress = nodesOf(own.offers).some(({ url }) => text(url) !== undefined);
    if (own.url === undefined && hasAddress) delete fields.url;
    return { line: record.line, shape: 'json-ld', fields };
  });
}
