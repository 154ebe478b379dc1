import { createRecommender, formatPrice } from 'sidestream';
import { askConsent, notedConsent } from 'sidestream/consent';
import { currency } from './currency.js';
import { texts } from './texts.js';

// One recommender for the page: the lists and this script share it. The bundle is in public/bundle.
const starting = createRecommender({ bundle: '/bundle/', consent: notedConsent() });
// Called before any await, so a no, and "Privacy choices", also delete while the bundle is loading, or if it cannot be loaded.
askForConsent(starting);
const find = (selector) => document.querySelector(selector);
const lists = document.querySelectorAll('sidestream-recs');
const shownId = new URLSearchParams(location.search).get('id') ?? '';
// Set before anything is awaited: a list that changes later is drawn twice, and what is below it moves.
for (const list of lists) Object.assign(list, { currency }, find('[data-product]') && { itemId: shownId });
const recommender = await starting;

// A cart of this demo: a list of ids. Put your shop's own in its place.
const readCart = () => JSON.parse(localStorage.getItem('cart') ?? '[]');
function writeCart(ids) {
  localStorage.setItem('cart', JSON.stringify(ids));
  showCount();
}
function showCount() {
  const count = readCart().length;
  find('[data-count]').textContent = count;
  find('[data-count]').hidden = count === 0;
}

const price = (item) => (item.price === null ? '' : formatPrice(item.price, currency, document.documentElement.lang));

/** The picture of a product; without a picture, or if it cannot be loaded, a frame with the first letter of the title. */
function picture(item, loading) {
  const frame = Object.assign(document.createElement('span'), { className: 'picture' });
  const [letter = ''] = item.title.match(/[\p{L}\p{N}]/u) ?? [];
  const showLetter = () => frame.replaceChildren(letter.toLocaleUpperCase(document.documentElement.lang));
  if (item.image) {
    const image = Object.assign(document.createElement('img'), { alt: '', loading });
    image.addEventListener('error', showLetter);
    image.src = item.image;
    frame.append(image);
  } else showLetter();
  // Screen readers read the title beside it.
  frame.ariaHidden = 'true';
  return frame;
}

// Lists with an "add to cart" button name the items to add, and track the event themselves.
document.addEventListener('addtocart', ({ detail }) => {
  writeCart([...readCart(), ...detail.items.map(({ item }) => item.id)]);
  if (find('[data-lines]')) void showLines();
});

if (find('[data-products]')) await showProducts();
if (find('[data-product]')) await showProduct();
if (find('[data-lines]')) await showLines();
showCount();

/** The first products of the catalogue: only one variant of each product, in stock if possible. */
async function firstProducts(count) {
  const products = new Map();
  for (let offset = 0, total = 1; offset < total && products.size < count; offset += 100) {
    const page = await recommender.catalog.browse({ offset, limit: 100 });
    total = page.total;
    for (const item of page.items) {
      const known = products.get(item.group ?? item.id);
      const better = known?.availability === 'out-of-stock' && item.availability !== 'out-of-stock';
      if (!known || better) products.set(item.group ?? item.id, item);
    }
  }
  return [...products.values()].slice(0, count);
}

async function showProducts() {
  const items = await firstProducts(100);
  find('[data-products]').append(
    ...items.map((item) => {
      const link = Object.assign(document.createElement('a'), {
        href: `/product.html?id=${encodeURIComponent(item.id)}`,
      });
      const entry = document.createElement('li');
      link.append(
        picture(item, 'lazy'),
        item.title,
        Object.assign(document.createElement('small'), { textContent: price(item) }),
      );
      entry.append(link);
      return entry;
    }),
  );
}

async function showProduct() {
  const item = await recommender.catalog.get(shownId);
  const box = find('[data-product]');
  if (!item) {
    box.textContent = texts.noProduct;
    for (const list of lists) list.remove();
    return;
  }
  document.title = `${item.title} · ${texts.shop}`;
  box.querySelector('[data-picture]').replaceWith(picture(item, 'eager'));
  box.querySelector('h1').textContent = item.title;
  box.querySelector('[data-price]').textContent = price(item);
  box.querySelector('[data-description]').textContent = item.description;
  const button = box.querySelector('[data-add]');
  button.disabled = item.availability === 'out-of-stock';
  button.addEventListener('click', async () => {
    writeCart([...readCart(), item.id]);
    await recommender.track('cart', item.id, { quantity: 1, price: item.price ?? undefined, currency });
  });
  await recommender.track('view', item.id);
}

async function showLines() {
  const ids = readCart();
  const items = (await Promise.all(ids.map((id) => recommender.catalog.get(id)))).filter((item) => item !== null);
  find('[data-lines]').replaceChildren(
    ...items.map((item, index) => {
      const remove = Object.assign(document.createElement('button'), { type: 'button', textContent: texts.remove });
      remove.addEventListener('click', async () => {
        writeCart(readCart().toSpliced(index, 1));
        await recommender.track('uncart', item.id);
        await showLines();
      });
      const entry = document.createElement('li');
      entry.append(item.title, Object.assign(document.createElement('span'), { textContent: price(item) }), remove);
      return entry;
    }),
  );
  find('[data-empty]').hidden = items.length > 0;
  // Without consent, each page knows only its own events, so the page names the items in the cart.
  const list = find('[data-with-cart]');
  const filled = items.length > 0;
  list.itemId = ids;
  // Nothing goes with an empty cart: a `complement` list would be hidden, with a warning in the console.
  list.placement = filled ? 'complement' : 'for-you';
  list.heading = filled ? texts.withCart : texts.forYou;
  const order = find('[data-order]');
  order.hidden = items.length === 0;
  order.onclick = async () => {
    const transactionId = crypto.randomUUID();
    for (const item of items)
      await recommender.track('purchase', item.id, {
        quantity: 1,
        price: item.price ?? undefined,
        currency,
        transactionId,
      });
    writeCart([]);
    await showLines();
    find('[data-ordered]').textContent = texts.ordered;
  };
}

/**
 * Every page asks until the shopper answers, and on every page the answer can be withdrawn. If you send sums with onMetric, the
 * last sentence of the question is not true: docs/how-to/consent.md has another one.
 */
function askForConsent(starting) {
  document.body.insertAdjacentHTML(
    'beforeend',
    `<footer><button type="button" data-choices>${texts.privacyChoices}</button></footer>
    <aside data-consent hidden>
      <p><strong>${texts.question}</strong> ${texts.explanation}</p>
      <p><button type="button" value="granted">${texts.yes}</button> <button type="button" value="denied">${texts.no}</button></p>
    </aside>`,
  );
  askConsent(starting, { question: '[data-consent]', choices: '[data-choices]' });
}
