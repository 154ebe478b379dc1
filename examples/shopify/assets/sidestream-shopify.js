// Connects a Shopify theme to the lists of its pages: product views, the cart, and what was bought. A module runs once for a page,
// however many sections name it.

const page = JSON.parse(document.querySelector('[data-sidestream-page]').textContent);

// A market with prices in the shop's own currency needs no file of prices, and the console no word about it. Errors of lists do not
// bubble.
const needsNoFile = ({ code, message } = {}) =>
  code === 'bundle/offers' && page.currency === page.shopCurrency && message.includes(`not of "${page.market}"`);
document.addEventListener('error', (event) => needsNoFile(event.detail?.error) && event.preventDefault(), true);

const { createRecommender } = await import(`${page.scripts}sidestream.js`);

// The lists start the page's recommender, with `consent="shopify"`: nothing is read from the device, or written to it, before
// Shopify's Customer Privacy API allows that. This is another handle to it, and gives no answer to the question for consent.
await customElements.whenDefined('sidestream-recs');
await document.querySelector('sidestream-recs').updateComplete;
const recommender = await createRecommender({
  bundle: page.bundle,
  ...(page.market ? { market: page.market } : {}),
});

// Without a file of prices for the shopper's market, cards show the shop's own prices, which are in its own currency.
recommender.on('error', ({ code }) => {
  if (code !== 'bundle/offers') return;
  for (const list of document.querySelectorAll('sidestream-recs')) list.currency ||= page.shopCurrency;
});

/** An address of the shop in the language of the page. */
const address = (path) => `${page.root.replace(/\/$/, '')}${path}`;

/** An item that the bundle does not have, such as an item added after the last build, is not an error of the page. */
async function track(type, id, details) {
  try {
    await recommender.track(type, id, details);
  } catch (error) {
    if (error.code !== 'runtime/unknown-item') console.warn('Sidestream:', error.message);
  }
}

if (page.product) void track('view', page.product.id, { price: page.product.price, currency: page.currency });

/** Number of pieces in the cart that were tracked, by item. An item may have several lines. */
const known = new Map();
for (const { id, quantity } of page.cart) known.set(id, (known.get(id) ?? 0) + quantity);
/** Changes of the cart are processed one after another. */
let turn = Promise.resolve();
const inTurn = (work) => {
  turn = turn.then(work).catch((error) => console.warn('Sidestream:', error));
  return turn;
};

/** Tracks the changes of the cart since the last call, whatever part of the theme made them. */
async function compareCart() {
  const response = await fetch(address('/cart.js'), { headers: { accept: 'application/json' } });
  if (!response.ok) return;
  const { items, currency } = await response.json();
  const now = new Map();
  for (const { variant_id: variant, quantity, final_price: price } of items) {
    const id = String(variant);
    const before = now.get(id)?.quantity ?? 0;
    now.set(id, { quantity: before + quantity, price: price / 100 });
  }
  for (const [id, { quantity, price }] of now) {
    const more = quantity - (known.get(id) ?? 0);
    if (more > 0) await track('cart', id, { quantity: more, price, currency });
    known.set(id, quantity);
  }
  for (const id of [...known.keys()]) {
    if (now.has(id)) continue;
    known.delete(id);
    await track('uncart', id, {});
  }
}

// The theme's own buttons use the same addresses.
const CHANGES = /\/cart\/(add|change|update|clear)(\.js)?(\?|$)/;
new PerformanceObserver((list) => {
  const changed = list
    .getEntries()
    .some(({ name, initiatorType }) => CHANGES.test(name) && /^(fetch|xmlhttprequest)$/.test(initiatorType));
  if (changed) inTurn(compareCart);
}).observe({ type: 'resource' });

// A theme without scripts sends the form, and the next page already has the item in its cart.
document.addEventListener('submit', (event) => {
  const form = event.target;
  const id = new FormData(form).get('id');
  if (event.defaultPrevented || !id || !/\/cart\/add$/.test(new URL(form.action).pathname)) return;
  void track('cart', String(id), { quantity: Number(new FormData(form).get('quantity')) || 1 });
});

/** Parts of the theme that show the cart and accept new content, as in Shopify's reference themes. */
const cartViews = () =>
  [...document.querySelectorAll('cart-drawer, cart-notification')].filter(
    ({ getSectionsToRender, renderContents }) => getSectionsToRender && renderContents,
  );

document.addEventListener('addtocart', (event) => {
  const list = event.target;
  const { items } = event.detail;
  inTurn(() => addToCart(list, items));
});

async function addToCart(list, items) {
  const message = list.parentElement.querySelector('.sidestream-message');
  if (message) message.hidden = true;
  const views = cartViews();
  const response = await fetch(address('/cart/add.js'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      items: items.map(({ item, quantity }) => ({ id: Number(item.id), quantity })),
      sections: views.flatMap((view) => view.getSectionsToRender().map(({ id, section }) => section ?? id)).join(','),
      sections_url: location.pathname,
    }),
  });
  const answer = await response.json();
  if (!response.ok) {
    // The list has tracked the item and says "Added": undo that, and say why.
    for (const { item } of items) if (!known.has(item.id)) await track('uncart', item.id, {});
    if (message) {
      message.textContent = answer.description ?? answer.message;
      message.hidden = false;
    }
    return;
  }
  // The list has already tracked these items.
  for (const { item, quantity } of items) known.set(item.id, (known.get(item.id) ?? 0) + quantity);
  for (const view of views) {
    view.classList.remove('is-empty');
    view.renderContents(answer);
  }
  document.documentElement.dispatchEvent(new CustomEvent('cart:refresh', { bubbles: true, detail: answer }));
}

/** Key under which the pixel notes purchases, see `sidestream-pixel.js`. */
const PURCHASES = 'sidestream-purchases';
/** Age at which a note is dropped, ms. */
const MAX_AGE = 30 * 24 * 3600 * 1000;

const isText = (value) => typeof value === 'string' && value !== '' && value.length <= 255;
const isAmount = (value) => Number.isFinite(value) && value >= 0;
const listOf = (fits, length) => (value) => Array.isArray(value) && value.length <= length && value.every(fits);
const objectOf = (shape) => (value) =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === Object.keys(shape).length &&
  Object.entries(shape).every(([name, fits]) => fits(value[name]));
/** What the pixel writes. Anything on this host could write under its key. */
const isQueue = listOf(
  objectOf({
    order: isText,
    time: isAmount,
    currency: (value) => /^[A-Z]{3}$/.test(value),
    items: listOf(objectOf({ id: isText, quantity: isAmount, price: isAmount }), 100),
  }),
  10,
);

/** The purchases that no page has taken yet. Content that the pixel did not write is removed. */
function notedPurchases() {
  const text = localStorage.getItem(PURCHASES);
  if (text === null) return [];
  try {
    const queue = JSON.parse(text);
    if (isQueue(queue)) return queue;
  } catch {
    // Refused below.
  }
  console.warn(`Sidestream: ${PURCHASES} in localStorage is not what sidestream-pixel.js writes, and was removed.`);
  localStorage.removeItem(PURCHASES);
  return [];
}

/** Tracks what was bought, once, whichever tab comes first. */
const takePurchases = () =>
  navigator.locks.request(PURCHASES, async () => {
    for (const { order, time, currency, items } of notedPurchases()) {
      for (const { id, quantity, price } of Date.now() - time < MAX_AGE ? items : []) {
        known.delete(id);
        await track('purchase', id, { quantity, price, currency, transactionId: order });
      }
      // The pixel may have added an order meanwhile.
      const rest = notedPurchases().filter((other) => other.order !== order);
      if (rest.length > 0) localStorage.setItem(PURCHASES, JSON.stringify(rest));
      else localStorage.removeItem(PURCHASES);
    }
  });

/** Purchases are read only with consent, and deleted after a refusal. */
const followConsent = ({ consent }) => {
  if (consent === 'granted') return inTurn(takePurchases);
  if (consent === 'denied') return inTurn(() => localStorage.removeItem(PURCHASES));
};
recommender.on('change', followConsent);
void recommender.status.get().then(followConsent);
// The pixel of another tab.
addEventListener('storage', ({ key }) => key === PURCHASES && recommender.status.get().then(followConsent));

// The theme's own scripts and style sheets may wait for it.
document.documentElement.dataset.sidestream = 'connected';
