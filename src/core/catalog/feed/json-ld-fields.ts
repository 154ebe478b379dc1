import { isObject, MAX_NESTING, type NamedFields } from './feed-record';

/** Properties of a schema.org Product that become attributes. */
const FACTS = ['brand', 'color', 'material', 'pattern', 'size', 'model', 'manufacturer'];

/**
 * Fields of a schema.org Product or ProductGroup. The price is the lowest of its offers; one available offer makes the
 * product available. A property that a group lacks is taken from the first variant that has it.
 */
export function jsonLdFields(product: Record<string, unknown>): NamedFields {
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

/** Keeps numbers as they are, because `recordItem` checks whether they are exact enough for an id. */
const idOf = (value: unknown): unknown => leafOf(value);

/** Text of a value: itself, the name or address of a node, or the text of the first element of a list. */
export function text(value: unknown): string | undefined {
  const leaf = leafOf(value);
  return leaf === undefined ? undefined : String(leaf);
}

/** The same, with a number left as a number. */
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
