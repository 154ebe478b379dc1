import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// `node catalogue.mjs build` reads the catalogue through the Shop API, and with ADMIN_PASSWORD past orders through the Admin API,
// and builds the bundle; `node catalogue.mjs offers` reads only prices and stock and writes them beside the bundle. Cron runs
// both: see README.md.

const example = fileURLToPath(new URL('.', import.meta.url));
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    shop: { type: 'string', default: process.env.SHOP_URL || 'http://localhost:3000' },
    store: { type: 'string', default: process.env.STORE || join(example, 'store') },
  },
});
const [step] = positionals;
const { shop, store } = values;
/** Number of entries in a request: the maximum of the Shop API, unless `shopListQueryLimit` says otherwise. */
const PAGE = 100;

const CATALOGUE = `query ($skip: Int!, $take: Int!) {
  products(options: { skip: $skip, take: $take, sort: { id: ASC } }) {
    totalItems
    items {
      slug name description
      featuredAsset { preview }
      collections { breadcrumbs { name } }
      facetValues { name facet { code } }
      variants { id priceWithTax stockLevel featuredAsset { preview } options { name group { name } } }
    }
  }
}`;
const STOCK = `query ($skip: Int!, $take: Int!) {
  products(options: { skip: $skip, take: $take, sort: { id: ASC } }) {
    totalItems
    items { variants { id priceWithTax stockLevel } }
  }
}`;

const ORDERS = `query ($skip: Int!, $take: Int!) {
  orders(options: { skip: $skip, take: $take, sort: { id: ASC }, filter: { active: { eq: false } } }) {
    totalItems
    items { state lines { quantity productVariant { id } } }
  }
}`;
const LOGIN = `mutation ($username: String!, $password: String!) {
  login(username: $username, password: $password) { ... on ErrorResult { message } }
}`;

const bundle = join(store, 'bundle');
const feed = join(store, `${step}.jsonl`);
await mkdir(store, { recursive: true });
if (step === 'build') {
  const products = await readAll('shop-api', CATALOGUE, ({ products }) => products);
  await writeItems(products.flatMap((product) => product.variants.map((variant) => itemOf(product, variant))));
  const orders = process.env.ADMIN_PASSWORD ? ['--orders', await writeOrders()] : [];
  const cache = ['--cache', join(store, 'encoded'), '--picture-cache', join(store, 'pictures')];
  // Pictures are fetched only from public addresses, unless the shop itself is on this machine.
  const here = ['localhost', '127.0.0.1'].includes(new URL(shop).hostname) ? ['--allow-private'] : [];
  sidestream('build', feed, '--out', bundle, ...orders, ...cache, ...here, '--no-encoders');
} else if (step === 'offers') {
  const products = await readAll('shop-api', STOCK, ({ products }) => products);
  await writeItems(products.flatMap(({ variants }) => variants.map(offerOf)));
  // A product that the API no longer lists cannot be bought.
  sidestream('offers', feed, '--out', bundle, '--currency', 'EUR', '--missing', 'out-of-stock');
} else {
  console.error('node catalogue.mjs build | offers [--shop <address>] [--store <folder>]');
  process.exitCode = 2;
}

/** Each variant is an item, because Vendure's carts and orders name variants; the variants of one product are a group. */
function itemOf({ slug, name, description, featuredAsset, collections, facetValues }, variant) {
  const picture = variant.featuredAsset ?? featuredAsset;
  return {
    ...offerOf(variant),
    group_id: slug,
    title: name,
    description,
    category: categoryOf(collections),
    // As large as cards and the encoder need it.
    ...(picture ? { image: `${picture.preview}?w=400&h=400&mode=resize` } : {}),
    url: `/product.html?slug=${encodeURIComponent(slug)}&variant=${variant.id}`,
    attributes: {
      ...Object.fromEntries(
        facetValues.filter(({ facet }) => facet.code === 'brand').map((value) => ['brand', value.name]),
      ),
      ...Object.fromEntries(variant.options.map((option) => [option.group.name.toLowerCase(), option.name])),
    },
  };
}

function offerOf({ id, priceWithTax, stockLevel }) {
  // The API has the smallest unit of the currency.
  return {
    id,
    price: priceWithTax / 100,
    availability: stockLevel === 'OUT_OF_STOCK' ? 'out-of-stock' : 'in-stock',
  };
}

/** Path of the deepest collection, without the root that all collections share. */
function categoryOf(collections) {
  const paths = collections.map(({ breadcrumbs }) => breadcrumbs.slice(1).map(({ name }) => name));
  const [deepest = []] = paths.sort((a, b) => b.length - a.length);
  return deepest.join(' > ');
}

async function writeItems(items) {
  await writeFile(feed, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  console.log(`Read ${items.length} variants from ${shop}`);
}

/** Writes which variants were ordered together, and nothing else about the orders. @returns the file */
async function writeOrders() {
  const { ADMIN_USER: username = 'superadmin', ADMIN_PASSWORD: password } = process.env;
  const { data, token } = await ask('admin-api', LOGIN, { username, password });
  if (data.login.message) throw new Error(`${shop} refuses ${username}: ${data.login.message}`);
  const orders = await readAll('admin-api', ORDERS, ({ orders }) => orders, token);
  const kept = orders.filter(({ state }) => state !== 'Cancelled');
  const rows = kept.flatMap(({ lines }, n) =>
    lines.filter(({ quantity }) => quantity > 0).map(({ productVariant }) => `${n},${productVariant.id}`),
  );
  const file = join(store, 'orders.csv');
  await writeFile(file, `${['order,item', ...rows].join('\n')}\n`);
  console.log(`Read ${kept.length} orders`);
  return file;
}

/** Reads a list of an API to its end, page by page. @param listOf finds the list in an answer */
async function readAll(api, query, listOf, token) {
  const items = [];
  for (let skip = 0; ; skip += PAGE) {
    const { data } = await ask(api, query, { skip, take: PAGE }, token);
    const list = listOf(data);
    items.push(...list.items);
    if (skip + PAGE >= list.totalItems) return items;
  }
}

async function ask(api, query, variables, token) {
  const response = await fetch(new URL(`/${api}`, shop), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
  }).catch((cause) => {
    throw new Error(`${shop} does not answer. Start the shop, or name its address with --shop.`, { cause });
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${shop}/${api}: ${errors[0].message}`);
  return { data, token: response.headers.get('vendure-auth-token') };
}

function sidestream(...args) {
  const command = join(example, 'node_modules/sidestream/lib/cli/main.js');
  const { status, error } = spawnSync(process.execPath, [command, ...args], { stdio: 'inherit' });
  if (error) throw error;
  process.exitCode = status ?? 1;
}
