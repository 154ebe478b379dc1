#!/usr/bin/env node
// Writes the pages of a shop: node shop.mjs --catalog catalog.jsonl --images photos --out site
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cartPage, categoryPage, homePage, productPage, thanksPage } from './pages.mjs';
import { directionOf, wordsOf } from './words.mjs';

const { values } = parseArgs({
  options: {
    catalog: { type: 'string' },
    images: { type: 'string' },
    out: { type: 'string', default: 'site' },
    name: { type: 'string', default: 'Harbour & Field' },
    lang: { type: 'string', default: 'en' },
    currency: { type: 'string', default: 'USD' },
    origin: { type: 'string', default: 'https://shop.example' },
  },
});
if (!values.catalog || !values.images) {
  console.error('Usage: node shop.mjs --catalog catalog.jsonl --images photos [--out site] [--name …] [--lang …]');
  process.exit(2);
}

const items = readItems(await readFile(values.catalog, 'utf8'));
/** Pages by their address. Addresses are folders with an index.html, so any static host can serve them. */
const pages = new Map();
const shop = { ...values, items, words: wordsOf(values.lang), dir: directionOf(values.lang), tree: treeOf(items) };

pages.set('/', homePage(shop));
pages.set('/cart/', cartPage(shop));
pages.set('/thanks/', thanksPage(shop));
for (const category of allOf(shop.tree)) pages.set(category.address, categoryPage(shop, category));
for (const item of items) pages.set(item.address, productPage(shop, item));

for (const [address, page] of pages) {
  const folder = join(values.out, decodeURIComponent(address));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.html'), page);
}
const scripts = dirname(fileURLToPath(import.meta.resolve('sidestream/cdn/sidestream.js')));
await cp(scripts, join(values.out, 'sidestream'), { recursive: true });
await cp(join(import.meta.dirname, 'assets'), join(values.out, 'assets'), { recursive: true });
await cp(values.images, join(values.out, 'photos'), { recursive: true });
console.log(`Wrote ${pages.size} pages of ${items.length} products into ${values.out}`);

/** Products with the addresses of their page and image. `sidestream build` reports invalid lines; here they are an error. */
function readItems(text) {
  return text
    .split('\n')
    .filter((line) => line.trim())
    .map((line, n) => {
      const item = JSON.parse(line);
      if (typeof item.id !== 'string' || typeof item.title !== 'string')
        throw new Error(`Line ${n + 1} has no id or title`);
      return {
        ...item,
        category: item.category ?? 'All',
        group: item.item_group_id,
        address: `/p/${encodeURIComponent(item.id)}/`,
        photo: item.image ? `/photos/${encodeURIComponent(item.image)}` : '',
      };
    });
}

/** Categories as a tree; each has its address and all products in it and in its subcategories. */
function treeOf(products) {
  const root = { name: '', address: '/c/', items: [], children: new Map(), parents: [] };
  for (const item of products) {
    let at = root;
    for (const name of item.category.split('/')) {
      const parents = at === root ? [] : [...at.parents, at];
      const fresh = { name, address: `${at.address}${slug(name)}/`, items: [], children: new Map(), parents };
      if (!at.children.has(name)) at.children.set(name, fresh);
      at = at.children.get(name);
      // Of the variants of a product, categories show the first; the lists of recommendations show the one that fits best.
      if (!item.group || !at.items.some(({ group }) => group === item.group)) at.items.push(item);
    }
  }
  return root;
}

function allOf(category) {
  return [...category.children.values()].flatMap((child) => [child, ...allOf(child)]);
}

function slug(name) {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}
