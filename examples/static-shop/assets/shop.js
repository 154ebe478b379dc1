import { connectDataLayer, connectGrid } from '/sidestream/adapters.js';
import { askConsent, notedConsent } from '/sidestream/consent.js';
import { createRecommender } from '/sidestream/sidestream.js';
import { addToCart, emptyCart, readCart, removeFromCart } from './cart.js';

const $ = (selector) => document.querySelector(selector);
const { currency } = document.body.dataset;

/** The page's one recommender, for its lists, the data layer and other code of the shop. */
export const recommender = createRecommender({
  bundle: '/bundle/',
  consent: notedConsent('consent'),
  rules: {
    excludeInCart: true,
    excludeOutOfStock: true,
    // The home page shows products of every category, even without a history.
    ...(location.pathname === '/' ? { categoryCap: { max: 2 } } : {}),
  },
});
// Called before any await, so a no, and "Forget me", also delete while the bundle is loading, or if it cannot be loaded.
askConsent(recommender, {
  question: '[data-consent]',
  choices: '[data-forget]',
  key: 'consent',
  onForget: () => showMessage('forgotten'),
});
connectDataLayer(recommender);
// The order of a category's products is between the shop's and the shopper's.
connectGrid(recommender, '[data-list]', { strength: 0.6 });

const lists = [...document.querySelectorAll('sidestream-recs')];
recommender.then(
  (ready) => {
    for (const list of lists) list.recommender = ready;
  },
  // Without a recommender the shop still works; the lists keep their plain links.
  (error) => console.warn(error),
);

/* ---- Events for Google Analytics 4, which the recommender reads too. ---- */

const push = (event, ecommerce) => {
  globalThis.dataLayer ??= [];
  dataLayer.push({ ecommerce: null }, { event, ecommerce });
};
const ga4Item = ({ id, title, category, price, quantity, index }) => ({
  ...{ item_id: id, item_name: title, item_category: category },
  ...(price ? { price: Number(price), currency } : {}),
  ...(quantity ? { quantity } : {}),
  ...(index === undefined ? {} : { index }),
});

const product = $('[data-product]')?.dataset;
if (product) push('view_item', { currency, items: [ga4Item(product)] });

const cards = [...document.querySelectorAll('[data-list] > li')];
if (cards.length > 0) {
  const list = { item_list_id: $('[data-list]').dataset.list };
  push('view_item_list', {
    ...list,
    items: cards.slice(0, 12).map(({ dataset }, index) => ga4Item({ ...dataset, index })),
  });
  for (const card of cards) {
    card.firstElementChild.addEventListener('click', () => {
      // Its place may have changed by now.
      const index = [...card.parentElement.children].indexOf(card);
      push('select_item', { ...list, items: [ga4Item({ ...card.dataset, index })] });
    });
  }
}
// Lists track their own events. Analytics gets their clicks too, and the adapter drops the duplicate.
document.addEventListener('itemclick', ({ detail: { item, position: index, placement, recommendationId } }) => {
  const list = { item_list_id: placement, recommendation_id: recommendationId };
  push('select_item', { ...list, items: [ga4Item({ ...item, index })] });
});

/* ---- The cart. ---- */

$('[data-add]')?.addEventListener('click', () => {
  const { id, title, category, photo, price } = product;
  addToCart({ id, title, category, photo, price: Number(price) });
  push('add_to_cart', { currency, value: Number(price), items: [ga4Item({ ...product, quantity: 1 })] });
  showMessage('added');
});

// A card's button, or the button of a bundle. The list tracks the event, and the adapter drops the duplicate that analytics gets.
document.addEventListener('addtocart', ({ detail: { items, total } }) => {
  for (const { item } of items) {
    const { id, title, category, image: photo, price } = item;
    addToCart({ id, title, category, photo, price });
  }
  push('add_to_cart', {
    currency,
    value: total,
    items: items.map(({ item, quantity }) => ga4Item({ ...item, quantity })),
  });
  showMessage('added');
});

$('[data-order]')?.addEventListener('click', () => {
  const order = { transaction_id: crypto.randomUUID().slice(0, 8).toUpperCase(), items: readCart() };
  sessionStorage.setItem('order', JSON.stringify(order));
  emptyCart();
  location.assign('/thanks/');
});

const thanks = $('[data-thanks]');
if (thanks) {
  const order = JSON.parse(sessionStorage.getItem('order') ?? 'null');
  if (order) {
    const value = totalOf(order.items);
    const { transaction_id } = order;
    $('output').textContent = transaction_id;
    // A transaction is counted once, however often this page is loaded.
    push('purchase', { transaction_id, currency, value, items: order.items.map(ga4Item) });
  } else thanks.textContent = thanks.dataset.none;
}

addEventListener('cart', showCart);
showCart();

function showCart() {
  const lines = readCart();
  $('[data-count]').textContent = lines.reduce((sum, { quantity }) => sum + quantity, 0) || '';
  // The rule `excludeInCart` uses tracked events. Without consent they end with the page, but the cart does not.
  for (const list of lists) list.exclude = lines.map(({ id }) => id);
  const box = $('[data-cart]');
  if (!box) return;
  box.replaceChildren(...(lines.length > 0 ? [rowsOf(lines, box.dataset)] : [element('p', {}, box.dataset.empty)]));
  $('[data-total]').hidden = lines.length === 0;
  $('[data-total] output').textContent = money(totalOf(lines));
  // Products that go with everything in the cart, or the list for the shopper if the cart is empty. The ids come from the shop's own
  // cart, which outlives the page even without consent; `cart-synced` would follow the tracked events.
  const [list] = lists;
  list.placement = lines.length > 0 ? 'complement' : 'for-you';
  list.itemId = lines.map(({ id }) => id);
  list.heading = lines.length > 0 ? box.dataset.goesWith : box.dataset.forYou;
}

function rowsOf(lines, words) {
  const rows = lines.map((line) => {
    const remove = element('button', { ariaLabel: `${words.remove}: ${line.title}` }, words.remove);
    remove.addEventListener('click', () => {
      removeFromCart(line.id);
      push('remove_from_cart', { currency, items: [ga4Item(line)] });
      $('h1').focus();
    });
    const title = element('a', { href: `/p/${encodeURIComponent(line.id)}/` }, line.title);
    const count = element(
      'span',
      { ariaLabel: `${words.quantity}: ${line.quantity}`, role: 'img' },
      `× ${line.quantity}`,
    );
    const photo = line.photo ? [element('img', { src: line.photo, alt: '' })] : [];
    return element('li', {}, ...photo, title, count, element('span', {}, money(line.price * line.quantity)), remove);
  });
  return element('ul', { className: 'lines' }, ...rows);
}

/* ---- Helpers. ---- */

/** Shows a message of the page for 5 s, and announces it to screen readers. */
function showMessage(name) {
  const message = $('[data-message]');
  message.textContent = message.dataset[name];
  setTimeout(() => message.replaceChildren(), 5000);
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function totalOf(lines) {
  return lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
}

function money(amount) {
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'currency', currency }).format(amount);
}
