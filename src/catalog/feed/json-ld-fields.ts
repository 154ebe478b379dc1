import { isObject, MAX_NESTING } from './feed-record';
import type { NamedFields } from './named-fields';

/** Properties of a schema.org Product that say what it is like. */
const FACTS = ['brand', 'color', 'material', 'pattern', 'size', 'model', 'manufacturer'];

/**
 * A schema.org Product or ProductGroup. The price is the lowest of its offers; one offer that is available makes the
 * product available. What a group does not say is taken from its first variant that does.
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
    image: first(({ image }) => image),
    url: first(({ url }) => text(url)) ?? offers.map(({ url }) => text(url)).find((url) => url !== undefined),
    availability: bestAvailability(offers),
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

/** The offers of a product; of an aggregate its own offers too. */
function offersOf(value: unknown, depth = 0): Record<string, unknown>[] {
  if (depth > MAX_NESTING) return [];
  return [value]
    .flat()
    .filter(isObject)
    .flatMap((offer) => [offer, ...offersOf(offer.offers, depth + 1)]);
}

function prices(offer: Record<string, unknown>): unknown[] {
  const specified = [offer.priceSpecification]
    .flat()
    .filter(isObject)
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

/** That of the first offer in stock, else of the first that says. */
function bestAvailability(offers: Record<string, unknown>[]): unknown {
  const known = offers.map(({ availability }) => text(availability)).filter((word) => word !== undefined);
  return known.find((word) => /instock|limited|only/i.test(word)) ?? known[0];
}

const gtin = (node: Record<string, unknown>): unknown =>
  node.gtin13 ?? node.gtin ?? node.gtin12 ?? node.gtin14 ?? node.gtin8;

/** Keeps a number: `recordItem` checks whether it is exact enough for an id. */
const idOf = (value: unknown): unknown => (typeof value === 'number' ? value : text(value));

/** The words of a value: itself, a thing's name or address, or the first of several. */
function text(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  if (depth > MAX_NESTING) return undefined;
  if (Array.isArray(value)) {
    for (const part of value) {
      const word = text(part, depth + 1);
      if (word !== undefined) return word;
    }
  } else if (isObject(value)) return text(value['@value'] ?? value.name ?? value.value ?? value['@id'], depth + 1);
  return undefined;
}

const names = (value: unknown): unknown => {
  const all = [value]
    .flat()
    .map((name) => text(name))
    .filter((name) => name !== undefined);
  return all.length > 1 ? all : all[0];
};
