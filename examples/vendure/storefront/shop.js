import { connectAttributes, connectDataLayer } from '/sidestream/adapters.js';
import { askConsent, notedConsent } from '/sidestream/consent.js';
import { createRecommender } from '/sidestream/sidestream.js';
import { addItem, readCart, readDepartments } from './shop-api.js';

// The code that all pages share: recommender, events, cart, consent.

export const $ = (selector) => document.querySelector(selector);

const CURRENCY = 'EUR';

/** The page's one recommender, for its lists, the adapters and other code of the shop. */
export const recommender = createRecommender({ bundle: '/bundle/', consent: notedConsent('consent') });
askForConsent();
// Views and clicks come from the markup, carts and purchases from the data layer that Google Analytics reads too.
connectAttributes(recommender);
connectDataLayer(recommender);

const lists = [...document.querySelectorAll('sidestream-recs')];
recommender.then(
  (ready) => {
    for (const list of lists) list.recommender = ready;
  },
  // Without a recommender the shop still sells.
  (error) => console.warn(error),
);

/* ---- Cart. ---- */

/** Shows the cart in the header, and tells the lists its contents. @returns the cart, null while it is empty */
export function showCart(cart) {
  $('[data-count]').textContent = cart?.totalQuantity || '';
  // The rule `excludeInCart` uses tracked events. Without consent they end with the page, but Vendure's cart does not.
  for (const list of lists) list.exclude = (cart?.lines ?? []).map((line) => line.productVariant.id);
  return cart;
}

/** Adds variants to Vendure's order, and tells the data layer. */
export async function addToCart(wanted) {
  for (const { id, title, price, quantity } of wanted) {
    const item = gaItem({ id, title, price, quantity });
    try {
      showCart(await addItem(id, quantity));
      push('add_to_cart', { items: [item] });
      say(`${title} is in your cart.`);
    } catch (error) {
      // A list has already counted it.
      push('remove_from_cart', { items: [item] });
      say(`${title}: ${error.message}`);
    }
  }
  dispatchEvent(new Event('cart'));
}

// The button of a card, or of a bundle. The list tracks the event, and the adapter drops the duplicate from the data layer.
document.addEventListener('addtocart', ({ detail: { items } }) =>
  addToCart(items.map(({ item, quantity }) => ({ id: item.id, title: item.title, price: item.price, quantity }))),
);

/** An event as Google Analytics 4 knows it. */
export function push(event, ecommerce) {
  globalThis.dataLayer ??= [];
  dataLayer.push({ ecommerce: null }, { event, ecommerce: { currency: CURRENCY, ...ecommerce } });
}

export const gaItem = ({ id, title, price, quantity }) => ({ item_id: id, item_name: title, price, quantity });
/** A line of an order as Google Analytics 4 knows it. */
export const gaLine = ({ productVariant: { id, name }, unitPriceWithTax, quantity }) =>
  gaItem({ id, title: name, price: unitPriceWithTax / 100, quantity });

/* ---- Consent. ---- */

function askForConsent() {
  const button = (value, word) => element('button', { type: 'button', value }, word);
  const question = element(
    'aside',
    { className: 'consent', hidden: true },
    'May this shop remember on this device what you like?',
    button('granted', 'Yes'),
    button('denied', 'No'),
  );
  document.body.append(question);
  askConsent(recommender, {
    question,
    choices: '[data-forget]',
    key: 'consent',
    onForget: () => say('Nothing is remembered any more.'),
  });
}

/* ---- Page. ---- */

/** Shows a message for 5 s, and announces it to screen readers. */
export function say(text) {
  $('.message').textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => $('.message').replaceChildren(), 5000);
}

export function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export const money = (cents) =>
  new Intl.NumberFormat('en', { style: 'currency', currency: CURRENCY }).format(cents / 100);

/** @param width of the picture on the screen, in CSS pixels */
export function picture(asset, width) {
  if (!asset) return element('span', { className: 'no-picture' });
  const size = `?w=${width * 2}&h=${width * 2}&mode=resize`;
  return element('img', { src: asset.preview + size, alt: '', width, height: width });
}

/** The lines of a cart or order. @param extra further content of a line */
export const rowsOf = (order, extra = () => []) =>
  order.lines.map((line) => {
    const { id, name, product } = line.productVariant;
    const title = element('a', { href: productPage(product.slug, id) }, name);
    const count = element('span', { className: 'quantity' }, `× ${line.quantity}`);
    const price = element('span', { className: 'amount' }, money(line.linePriceWithTax));
    return element('li', {}, picture(line.featuredAsset, 56), title, count, price, ...extra(line));
  });

export const productPage = (slug, variant) => `/product.html?slug=${encodeURIComponent(slug)}&variant=${variant}`;

const [departments, order] = await Promise.all([readDepartments(), readCart()]);
$('header nav').append(
  ...departments.map(({ name, slug }) => element('a', { href: `/category.html?slug=${slug}` }, name)),
);
/** The cart as it was when the page was opened. */
export const cart = showCart(order);
