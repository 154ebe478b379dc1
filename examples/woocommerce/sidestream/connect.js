// Connects WooCommerce's pages to Sidestream: the product that is looked at, the cart, and the order. It runs once for a page,
// whatever number of lists the page has.

const page = JSON.parse(document.getElementById('sidestream-page').textContent);
const { createRecommender } = await import(`${page.scripts}sidestream.js`);
const recommender = await recommenderOfPage();

/** Another handle to the recommender of the page's lists. On a page without a list, one that follows the consent tool itself. */
async function recommenderOfPage() {
  const { bundle, consent, scripts } = page;
  const list = document.querySelector('sidestream-recs');
  if (list) {
    await customElements.whenDefined('sidestream-recs');
    await list.updateComplete;
    return createRecommender({ bundle });
  }
  if (consent === 'none') return createRecommender({ bundle });
  const starting = createRecommender({ bundle, consent: 'pending' });
  const { connectConsent } = await import(`${scripts}adapters.js`);
  connectConsent(starting, consent);
  return starting;
}

/** An item that the bundle does not have, such as a product added after the last build, is not an error of the page. */
async function track(type, id, details) {
  try {
    await recommender.track(type, id, details);
  } catch (error) {
    if (error.code !== 'runtime/unknown-item') console.warn('Sidestream:', error.message);
  }
}

const { product, added = [], purchase, currency } = page;
if (product) void track('view', product.id, { price: product.price, currency });
for (const { id, quantity } of added) void track('cart', id, { quantity });
// The browser knows an order by its transaction, and counts it once, however often the page is loaded.
for (const { id, quantity, price } of purchase?.lines ?? [])
  void track('purchase', id, { quantity, price, currency: purchase.currency, transactionId: purchase.transaction });

// WooCommerce says with an event of jQuery which variation the shopper has chosen.
if (page.items === 'variation') {
  globalThis
    .jQuery?.(document)
    .on('found_variation', '.variations_form', (_, { variation_id: id, display_price: price }) =>
      track('view', String(id), { price, currency }),
    );
}

/** Number of pieces in the cart that were tracked, by item. */
const known = new Map();
/** WooCommerce's answers name the nonce for the next change. A nonce in the page would be that of whoever filled the page cache. */
let nonce = '';
/** Changes of the cart are processed one after another. */
let turn = Promise.resolve();
const inTurn = (work) => {
  turn = turn.then(work).catch((error) => console.warn('Sidestream:', error));
};

async function store(path, body, again = false) {
  const response = await fetch(`${page.store}${path}`, {
    cache: 'no-store',
    headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json', nonce } : {}) },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  });
  nonce = response.headers.get('nonce') ?? nonce;
  const answer = await response.json();
  // The page was open longer than its nonce is valid.
  if (!again && /nonce/.test(answer.code)) return store(path, body, true);
  if (!response.ok) throw Object.assign(new Error(answer.message), { code: answer.code });
  return answer;
}

/** @param counts whether items that are new in the cart are tracked; lists have tracked theirs already */
async function follow({ items }, counts) {
  const now = new Map();
  for (const { id: own, extensions, quantity, prices } of items) {
    const id = extensions?.sidestream?.id ?? String(own);
    const price = Number(prices.price) / 10 ** prices.currency_minor_unit;
    now.set(id, { quantity: quantity + (now.get(id)?.quantity ?? 0), price, currency: prices.currency_code });
  }
  for (const list of document.querySelectorAll('sidestream-recs[data-sidestream-cart]'))
    list.itemId = [...now.keys()].slice(0, 100);
  for (const [id, details] of now) {
    const more = details.quantity - (known.get(id) ?? 0);
    known.set(id, details.quantity);
    if (counts && more > 0) await track('cart', id, { ...details, quantity: more });
  }
  for (const id of [...known.keys()]) {
    if (now.has(id)) continue;
    known.delete(id);
    await track('uncart', id);
  }
}

async function addToCart(list, items) {
  const message = list.closest('.sidestream')?.querySelector('.sidestream-message');
  if (message) message.hidden = true;
  try {
    if (nonce === '') await follow(await store('cart'), true);
    for (const { item, quantity } of items)
      await follow(await store('cart/add-item', { id: Number(item.id), quantity }), false);
  } catch (error) {
    // The list has tracked the item and says "Added": undo that.
    for (const { item } of items) if (!known.has(item.id)) await track('uncart', item.id);
    const [{ item }] = items;
    // The page of a product with variations lets the shopper choose one, and that of an external product leads to its shop.
    if (/variation|attribute|not_purchasable/.test(error.code) && item.url) location.assign(item.url);
    else if (message) {
      // It has entities.
      message.textContent = new DOMParser().parseFromString(error.message, 'text/html').body.textContent;
      message.hidden = false;
    }
    return;
  }
  // The mini cart as a block, and the one of classic themes.
  document.body.dispatchEvent(new CustomEvent('wc-blocks_added_to_cart', { bubbles: true, detail: {} }));
  globalThis.jQuery?.(document.body).trigger('wc_fragment_refresh');
}

if (page.store) {
  const cartLists = document.querySelector('sidestream-recs[data-sidestream-cart]');
  // WooCommerce's cookie says that there is a cart; without one, the request is spared.
  if (cartLists || document.cookie.includes('woocommerce_items_in_cart='))
    inTurn(async () => follow(await store('cart'), false));
  document.addEventListener('addtocart', ({ target, detail }) => inTurn(() => addToCart(target, detail.items)));
  // Changes by the theme's and by WooCommerce's own scripts, classic and as blocks.
  const CHANGES = /wc-ajax=(add_to_cart|remove_from_cart)|\/wc\/store\/(v1\/)?(batch|cart\/)/;
  new PerformanceObserver((entries) => {
    if (entries.getEntries().some(({ name }) => CHANGES.test(name.replace(/%2F/gi, '/'))))
      inTurn(async () => follow(await store('cart'), true));
  }).observe({ type: 'resource' });
}

// The theme's own scripts and style sheets may wait for it.
document.documentElement.dataset.sidestream = 'connected';
