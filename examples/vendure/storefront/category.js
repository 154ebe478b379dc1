import { $, element, money, picture, productPage } from './shop.js';
import { readCategory } from './shop-api.js';

const category = await readCategory(new URLSearchParams(location.search).get('slug'));
$('h1').textContent = document.title = category?.name ?? 'There is no such category';

/** The first variant of each product. */
const products = new Map();
for (const variant of category?.productVariants.items ?? []) {
  if (!products.has(variant.product.slug)) products.set(variant.product.slug, variant);
}
$('.products').append(
  ...[...products.values()].map(({ id, product, priceWithTax }, position) => {
    const price = element('span', { className: 'amount' }, money(priceWithTax));
    const link = element('a', { href: productPage(product.slug, id) }, picture(product.featuredAsset, 180));
    link.append(product.name, price);
    const entry = element('li', {}, link);
    entry.dataset.sidestreamItem = id;
    entry.dataset.sidestreamPosition = position;
    return entry;
  }),
);
