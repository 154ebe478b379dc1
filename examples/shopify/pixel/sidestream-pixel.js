// Notes what was bought for the lists of the shop: "Settings", "Customer events", "Add custom pixel", paste, "Save", "Connect".
// Permission: "Required", "Preferences". Data sale: "Data collected does not qualify as data sale".
//
// Checkout runs no script of the theme, and this pixel runs in a sandbox beside it. `browser.localStorage` is the storage of the
// page's own address: the theme's script takes the purchases from there on the shop's next page. They go nowhere else, and contain
// nothing about the person.

const KEY = 'sidestream-purchases';
/** The theme's script refuses larger queues. */
const MAX_ORDERS = 10;
const MAX_ITEMS = 100;

/** Ids of orders and variants are numbers, some of them at the end of an address such as `gid://shopify/OrderIdentity/1`. */
const numberOf = (id) => String(id).split('/').pop();
const itemOf = ({ id }) => numberOf(id);

let allowed = init.customerPrivacy?.preferencesProcessingAllowed === true;
const removeUnlessAllowed = () => (allowed ? undefined : browser.localStorage.removeItem(KEY));
removeUnlessAllowed();
api.customerPrivacy.subscribe('visitorConsentCollected', ({ customerPrivacy }) => {
  allowed = customerPrivacy.preferencesProcessingAllowed === true;
  return removeUnlessAllowed();
});

analytics.subscribe('checkout_completed', async ({ data: { checkout } }) => {
  if (!allowed) return;
  const order = numberOf(checkout.order?.id ?? checkout.token);
  const items = itemsOf(checkout.lineItems);
  if (items.length === 0) return;
  const queue = parsed(await browser.localStorage.getItem(KEY)).filter((other) => other?.order !== order);
  queue.push({ order, time: Date.now(), currency: checkout.currencyCode, items });
  // The answer may have changed meanwhile.
  if (allowed) await browser.localStorage.setItem(KEY, JSON.stringify(queue.slice(-MAX_ORDERS)));
});

/** Number of pieces and price of each of them, after discounts. A variant may have several lines; a custom item has no variant. */
function itemsOf(lines) {
  const items = new Map();
  for (const { variant, quantity, finalLinePrice } of lines) {
    const id = variant && itemOf(variant);
    if (!id || !(quantity > 0)) continue;
    const paid = finalLinePrice?.amount ?? variant.price.amount * quantity;
    const { pieces, total } = items.get(id) ?? { pieces: 0, total: 0 };
    items.set(id, { pieces: pieces + quantity, total: total + paid });
  }
  return [...items]
    .slice(0, MAX_ITEMS)
    .map(([id, { pieces, total }]) => ({ id, quantity: pieces, price: Math.round((100 * total) / pieces) / 100 }));
}

/** The purchases that the shop's pages have not taken yet. */
function parsed(text) {
  try {
    const queue = JSON.parse(text);
    return Array.isArray(queue) ? queue : [];
  } catch {
    return [];
  }
}
