import { isObject, type NamedFields } from './feed-record';
import { attributeValue, isPresent, textList } from './field-values';
import { metafieldValues } from './shopify-metafields';
import { isUnpublished } from './withheld';

/**
 * Fields of a product in Shopify's `products.json`, or assembled from the rows of its table. The handle is the id, because
 * it names the product page; the price is the cheapest variant's, and one available variant makes the product available. The
 * file lacks the shop's address, so `url` is relative: see `urlBase` of the mapping.
 */
export function shopifyFields(product: Record<string, unknown>): NamedFields {
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
    attributes: withMore(definedOf(attributes), told),
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

const definedOf = (attributes: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

/** Attributes with further ones, which replace none of them. */
const withMore = (attributes: Record<string, unknown>, more: Iterable<[string, unknown]>): Record<string, unknown> =>
  Object.fromEntries([
    ...Object.entries(attributes),
    ...[...more].filter(([name]) => !Object.hasOwn(attributes, name)),
  ]);

const addressOf = (picture: unknown): unknown => (isObject(picture) ? picture.src : picture);

/** An option of a Shopify product as an attribute: its one value, or the list of them. */
function option(name: unknown, values: unknown): [string, unknown][] {
  const texts = textList(values);
  if (typeof name !== 'string' || name === '' || !texts) return [];
  // Shopify's own name and value of a product without options.
  if (name === 'Title' && texts.length === 1 && texts[0] === 'Default Title') return [];
  return [[name, texts.length > 1 ? texts : attributeValue(name, texts[0])]];
}
