import { isObject } from './feed-record';
import type { NamedFields } from './named-fields';

/**
 * A product of Shopify's `products.json`. Its handle is the id, because that is what product pages are called; the price
 * is that of the cheapest variant, and one available variant makes the product available. The file does not say the
 * shop's address: `url` is relative, see `urlBase` of the mapping.
 */
export function shopifyFields(product: Record<string, unknown>): NamedFields {
  const { handle, image } = product;
  const variants = Array.isArray(product.variants) ? product.variants.filter(isObject) : [];
  const images = Array.isArray(product.images) ? product.images : [];
  const known = variants.filter(({ available }) => typeof available === 'boolean');
  const cheapest = variants
    .map(({ price }) => price)
    .filter((price) => typeof price === 'number' || (typeof price === 'string' && price !== ''))
    .reduce<unknown>((best, price) => (best === undefined || Number(price) < Number(best) ? price : best), undefined);
  const tags = Array.isArray(product.tags) ? product.tags.join(', ') : product.tags;
  return {
    id: handle || product.id,
    title: product.title,
    description: product.body_html,
    category: product.product_type,
    price: cheapest,
    image: images[0] ?? image,
    url: typeof handle === 'string' && handle !== '' ? `/products/${handle}` : undefined,
    availability: known.length > 0 ? known.some(({ available }) => available === true) : undefined,
    attributes: {
      ...(typeof product.vendor === 'string' && product.vendor !== '' ? { brand: product.vendor } : {}),
      ...(typeof tags === 'string' && tags !== '' ? { tags } : {}),
    },
  };
}
