import { html, jsonLd } from './html.mjs';

/** Number of plain links in a list, for search engines and for shoppers without JavaScript. */
const LINKS = 6;

export function homePage(shop) {
  const { words, items, tree } = shop;
  const departments = [...tree.children.values()];
  const categories = departments.flatMap((one) => (one.children.size > 0 ? [...one.children.values()] : [one]));
  return page(shop, {
    title: shop.name,
    main: html`
      <h1>${words.welcome}</h1>
      <p class="lead">${words.lead}</p>
      ${list(shop, { placement: 'for-you', heading: words.forYou, links: items.filter((_, n) => n % 25 === 0) })}
      <nav class="departments" aria-label="${words.home}">${categories
        .slice(0, 6)
        .map(
          (category) =>
            html`<a href="${category.address}">${photo(category.items[0], '')}<span>${[...category.parents, category].map(({ name }) => name).join(' · ')}</span></a>`,
        )}</nav>
      ${list(shop, { placement: 'trending', heading: words.trending, layout: 'row', links: items.filter((_, n) => n % 25 === 12) })}`,
  });
}

export function categoryPage(shop, category) {
  return page(shop, {
    title: `${category.name} · ${shop.name}`,
    path: category.parents,
    here: category,
    main: html`
      <h1>${category.name}</h1>
      ${
        category.children.size > 0 &&
        html`<nav class="chips" aria-label="${category.name}">${[...category.children.values()].map(
          ({ name, address }) => html`<a href="${address}">${name}</a>`,
        )}</nav>`
      }
      <ul class="cards" data-list="category">${category.items.map((item) => card(shop, item))}</ul>`,
  });
}

export function productPage(shop, item) {
  const { words, items, origin, currency } = shop;
  const path = pathOf(shop, item);
  const soldOut = item.availability === 'out_of_stock';
  const variants = items.filter(({ group }) => group && group === item.group);
  const alike = items.filter((other) => other.category === item.category && other !== item);
  const [department] = item.category.split('/');
  const others = items.filter(({ category }) => category !== item.category && category.startsWith(department));
  return page(shop, {
    title: `${item.title} · ${shop.name}`,
    description: item.description,
    path,
    data: [
      jsonLd({
        '@context': 'https://schema.org',
        '@type': 'Product',
        sku: item.id,
        name: item.title,
        description: item.description,
        image: item.photo && origin + item.photo,
        category: item.category.replaceAll('/', ' > '),
        offers: item.price > 0 && {
          '@type': 'Offer',
          url: origin + item.address,
          price: item.price,
          priceCurrency: currency,
          availability: `https://schema.org/${soldOut ? 'OutOfStock' : 'InStock'}`,
        },
      }),
      jsonLd({
        '@context': 'https://schema.org',
        '@type': 'BreadcrumbList',
        itemListElement: path.map(({ name, address }, n) => ({
          '@type': 'ListItem',
          position: n + 1,
          name,
          item: origin + address,
        })),
      }),
    ],
    main: html`
      <article class="product" data-product ${dataOf(item)}>
        <div class="tile">${photo(item)}</div>
        <div>
          <h1>${item.title}</h1>
          <p class="price">${price(shop, item)}</p>
          ${sentences(item.description)}
          ${variants.length > 1 && html`<nav class="chips" aria-label="${words.variants}">${variants.map((other) => html`<a href="${other.address}" ${other === item && html`aria-current="page"`}>${variantName(other)}</a>`)}</nav>`}
          ${soldOut ? html`<p>${words.soldOut}</p>` : item.price > 0 && html`<button class="main" data-add>${words.add}</button>`}
        </div>
      </article>
      ${list(shop, { placement: 'complement', item, layout: 'bundle', links: others })}
      ${list(shop, { placement: 'similar', item, heading: words.similar, layout: 'row', links: alike })}`,
  });
}

export function cartPage(shop) {
  const { words } = shop;
  return page(shop, {
    title: `${words.cart} · ${shop.name}`,
    hidden: true,
    main: html`
      <h1 tabindex="-1">${words.cart}</h1>
      <noscript><p>${words.script}</p></noscript>
      <div data-cart data-empty="${words.empty}" data-remove="${words.remove}" data-quantity="${words.quantity}"
        data-goes-with="${words.goesWith}" data-for-you="${words.forYou}"></div>
      <p class="total" data-total hidden>${words.total} <output></output> <button class="main" data-order>${words.order}</button></p>
      ${list(shop, { placement: 'for-you', heading: words.forYou, layout: 'row', links: [] })}`,
  });
}

export function thanksPage(shop) {
  const { words } = shop;
  return page(shop, {
    title: `${words.thanks} ${shop.name}`,
    hidden: true,
    main: html`
      <h1>${words.thanks}</h1>
      <p class="lead" data-thanks data-none="${words.noOrder}">${words.ordered} <output></output></p>
      ${list(shop, { placement: 'for-you', heading: words.forYou, layout: 'row', links: [] })}`,
  });
}

/** Cards of a list by its layout; a bundle also has its item. */
const LIMITS = { grid: 10, row: 8, bundle: 3 };

/**
 * A list of recommendations, about `item` if one is given, with plain links until it is loaded. Products without a price
 * cannot be put into the cart.
 */
function list({ currency }, { placement, item, heading = '', layout = 'grid', links }) {
  return html`
    <sidestream-recs placement="${placement}" ${item && html`item-id="${item.id}"`} ${heading && html`heading="${heading}"`} layout="${layout}"
      style="--limit: ${LIMITS[layout]}" limit="${LIMITS[layout]}" currency="${currency}" href-template="/p/{id}/" dismissible ${layout === 'row' && html`add-to-cart`}
      ${layout !== 'grid' && html`filter='{"price":{"$gt":0}}'`}>${links
        .slice(0, LINKS)
        .map(({ address, title }) => html`<a href="${address}">${title}</a>`)}</sidestream-recs>`;
}

function page(shop, { title, description = shop.words.lead, path = [], here, data = [], hidden = false, main }) {
  const { words, lang, dir, name, tree } = shop;
  return `${html`<!doctype html>
<html lang="${lang}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<meta name="description" content="${description.slice(0, 160)}">
${hidden && html`<meta name="robots" content="noindex">`}
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/frame.css">
<link rel="stylesheet" href="/assets/shop.css">
<script type="module" src="/sidestream/sidestream.js"></script>
<script type="module" src="/assets/shop.js"></script>
${data}
</head>
<body data-currency="${shop.currency}">
<a class="skip" href="#main">${words.skip}</a>
<header>
  <a class="name" href="/">${name}</a>
  <nav aria-label="${words.categories}">${[...tree.children.values()].map(
    (department) =>
      html`<a href="${department.address}" ${(path[0] ?? here) === department && html`aria-current="true"`}>${department.name}</a>`,
  )}</nav>
  <a class="cart" href="/cart/">${words.cart} <span data-count></span></a>
</header>
<main id="main">
${path.length > 0 && html`<nav class="path" aria-label="${words.path}"><a href="/">${words.home}</a>${path.map((category) => html`<a href="${category.address}">${category.name}</a>`)}</nav>`}
${main}
<p class="message" role="status" data-message data-added="${words.added}" data-forgotten="${words.forgotten}"></p>
</main>
<footer><span>${name}</span> <button data-forget>${words.forget}</button></footer>
<section class="consent" aria-label="${words.privacy}" data-consent hidden>
  <p>${words.ask}</p>
  <div><button class="main" value="granted">${words.yes}</button> <button value="denied">${words.no}</button></div>
</section>
</body>
</html>
`}`;
}

function card(shop, item) {
  return html`<li data-sidestream-item="${item.id}" ${dataOf(item)}><a href="${item.address}"><div class="tile">${photo(item, '')}</div><span>${item.title}</span></a><span class="price">${price(shop, item)}</span></li>`;
}

/** Attributes from which the page's script makes the items of the data layer. */
function dataOf({ id, title, category, price: amount, photo: address }) {
  return html`data-id="${id}" data-title="${title}" data-category="${category}" data-photo="${address}" ${amount > 0 && html`data-price="${amount}"`}`;
}

function photo(item, alt = item.title) {
  return (
    item.photo &&
    html`<img src="${item.photo}" alt="${alt}" loading="${alt ? 'eager' : 'lazy'}" width="181" height="224">`
  );
}

function price({ lang, currency }, { price: amount }) {
  return amount > 0 ? new Intl.NumberFormat(lang, { style: 'currency', currency }).format(amount) : '';
}

/** The attributes that distinguish a variant from the other variants of its product, such as size and colour. */
function variantName({ attributes = {}, id }) {
  const texts = Object.values(attributes).filter((value) => typeof value === 'string');
  return texts.join(' · ') || id;
}

/** The first paragraph, and the bullet points after it as a list. */
function sentences(description = '') {
  const [first, ...points] = description.split('•').map((text) => html`<bdi>${text.trim()}</bdi>`);
  return html`<p>${first}</p>${points.length > 0 && html`<ul>${points.map((point) => html`<li>${point}</li>`)}</ul>`}`;
}

function pathOf({ tree }, item) {
  let at = tree;
  return item.category.split('/').map((name) => {
    at = at.children.get(name);
    return at;
  });
}
