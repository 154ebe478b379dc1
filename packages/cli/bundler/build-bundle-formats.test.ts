import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Papa from 'papaparse';
import { expect, it } from 'vitest';
import { type FeatureTable, type Item, type ItemInput, openBundle } from '../../../src/core/catalog';
import type { FeedMapping } from '../../../src/core/catalog/feed';
import { MODELS_FOLDER } from '../../encoders/hub/encoder-files';
import { buildBundle } from './build-bundle';
import { folderFetch } from './folder-bundle';
import { collectFeed } from './read-feed';

const shop = fileURLToPath(new URL('../../../../shared/data/shop-magento/', import.meta.url));
const SITE = 'https://shop.example';

const xml = (text: string | number): string =>
  String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
/** Merchant Center's columns. Its paths are joined by `>`, its prices have a currency. */
const merchant = (item: ItemInput): Record<string, string> => ({
  id: item.id,
  title: item.title,
  description: item.description ?? '',
  link: item.url ?? '',
  image_link: item.image ?? '',
  product_type: (item.category ?? '').split('/').join(' > '),
  price: item.price === undefined ? '' : `${item.price.toFixed(2)} USD`,
  availability: 'in_stock',
});

const WRITERS: Record<string, (items: ItemInput[]) => string> = {
  'feed.csv': (items) => Papa.unparse(items.map(({ attributes, ...columns }) => columns)),
  'merchant.tsv': (items) => Papa.unparse(items.map(merchant), { delimiter: '\t' }),
  'merchant.xml': (items) =>
    `<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>${items
      .map((item) => {
        const fields = Object.entries(merchant(item)).filter(([, text]) => text !== '');
        return `<item>${fields.map(([name, text]) => `<g:${name}>${xml(text)}</g:${name}>`).join('')}</item>`;
      })
      .join('\n')}</channel></rss>`,
  'products.json': (items) =>
    JSON.stringify({
      products: items.map((item, i) => ({
        id: i,
        handle: item.id,
        title: item.title,
        body_html: `<p>${xml(item.description ?? '')}</p>`,
        product_type: item.category,
        variants: item.price === undefined ? [] : [{ price: item.price.toFixed(2), available: true }],
        images: item.image ? [{ src: item.image }] : [],
      })),
    }),
};
/** `products.json` does not name the shop; a page is `/products/` and the handle. */
const MAPPING: FeedMapping = { urlBase: SITE };

it.skipIf(!existsSync(shop))(
  'makes the same items and features from the same products in every format (skipped without ../shared/data/shop-magento)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
    try {
      const lines = (await readFile(join(shop, 'catalog.jsonl'), 'utf8')).trim().split('\n');
      const given = lines.map((line): ItemInput => {
        const { price, ...item } = JSON.parse(line);
        return { ...item, ...(price === null ? {} : { price }), url: `${SITE}/products/${item.id}` };
      });
      const jsonl = join(folder, 'catalog.jsonl');
      await writeFile(jsonl, given.map((item) => JSON.stringify(item)).join('\n'));
      const expected = await collectFeed([jsonl]);
      expect(expected.items).toHaveLength(lines.length);
      for (const [name, writer] of Object.entries(WRITERS)) {
        const path = join(folder, name);
        await writeFile(path, writer(given));
        const { items, rejected } = await collectFeed([path], { mapping: MAPPING });
        expect(rejected).toEqual([]);
        expect(items).toEqual(expected.items);
      }

      const few = given.slice(0, 12);
      const build = async (name: string, text: string): Promise<{ items: Item[]; features: FeatureTable }> => {
        const catalog = join(folder, `few-${name}`);
        await writeFile(catalog, text);
        const out = join(folder, `bundle-${name}`);
        await buildBundle({
          catalog,
          feed: { mapping: MAPPING },
          images: join(shop, 'images'),
          out,
          imageBase: '',
          text: 'title-description',
          models: MODELS_FOLDER,
          encoders: false,
          meter: { start() {}, advance() {}, stop() {} },
        });
        const { items, features } = await openBundle(folderFetch(out));
        return { items, features };
      };
      const reference = await build('catalog.jsonl', few.map((item) => JSON.stringify(item)).join('\n'));
      for (const name of ['merchant.xml', 'products.json']) {
        expect(await build(name, WRITERS[name](few))).toEqual(reference);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  120_000,
);
