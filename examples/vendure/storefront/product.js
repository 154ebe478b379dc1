import { $, addToCart, element, money, picture, productPage } from './shop.js';
import { readProduct } from './shop-api.js';

const STOCK = { IN_STOCK: 'In stock', LOW_STOCK: 'Only a few left', OUT_OF_STOCK: 'Sold out' };

const address = new URLSearchParams(location.search);
const slug = address.get('slug');
const product = await readProduct(slug);
const article = $('article');
article.hidden = false;
if (product) show(product.variants.find(({ id }) => id === address.get('variant')) ?? product.variants[0]);
else article.textContent = 'There is no such product.';

function show({ id, name, priceWithTax, stockLevel, featuredAsset }) {
  document.title = name;
  $('h1').textContent = product.name;
  $('.picture').append(picture(featuredAsset ?? product.featuredAsset, 360));
  $('.price').textContent = money(priceWithTax);
  $('.text').textContent = product.description;
  $('.stock').textContent = STOCK[stockLevel];
  $('.path').append(
    ...product.collections.map((category) =>
      element('a', { href: `/category.html?slug=${category.slug}` }, category.name),
    ),
  );
  if (product.variants.length > 1) $('.variants').append(...product.variants.map((variant) => choice(variant, id)));
  const add = $('[data-add]');
  add.disabled = stockLevel === 'OUT_OF_STOCK';
  add.onclick = () => addToCart([{ id, title: name, price: priceWithTax / 100, quantity: 1 }]);
  // The adapter of data attributes tracks a view after a second.
  article.dataset.sidestreamItem = id;
  article.dataset.sidestreamView = '';
  for (const list of document.querySelectorAll('sidestream-recs')) list.itemId = id;
}

function choice({ id, options }, chosen) {
  const link = element('a', { href: productPage(slug, id) }, options.map((option) => option.name).join(', '));
  if (id === chosen) link.ariaCurrent = 'true';
  return link;
}
