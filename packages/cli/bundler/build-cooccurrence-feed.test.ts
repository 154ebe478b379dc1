import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { productsOf } from '../../../src/core/catalog/variants';
import { cooccurrence } from '../../../src/device/ranking/terms/cooccurrence';
import { readFeedText } from '../../../testing/feeds';
import { MODELS_FOLDER } from '../../encoders/hub/encoder-files';
import { type BuildRequest, buildBundle } from './build-bundle';
import { feedLinks, fileCooccurrence } from './build-cooccurrence';

const COMPLEMENTARY =
  'Complementary products (product.metafields.shopify--discovery--product_recommendation.complementary_products)';

/** Shopify's export of products with their complementary ones; every product has two sizes. */
const table = (products: Record<string, string>): string => {
  const rows = Object.entries(products).flatMap(([handle, others]) => [
    `${handle},${handle},Size,S,${handle}-s,"${others}"`,
    `${handle},,,M,${handle}-m,`,
  ]);
  return `Handle,Title,Option1 Name,Option1 Value,Variant SKU,${COMPLEMENTARY}\n${rows.join('\n')}`;
};

async function read(products: Record<string, string>, variants: boolean) {
  const { rows, items } = await readFeedText([table(products)], { variants });
  const complements = new Map(
    rows.flatMap((row, n) => ('item' in row && row.complements ? [[n, row.complements] as const] : [])),
  );
  return { items, complements };
}

it.each([false, true])('links the complementary products of an export (variants: %s)', async (variants) => {
  const feed = await read({ shirt: 'belt; gone', belt: '', hat: '' }, variants);
  const inFeed = feedLinks(feed);
  const { table, notes } = await fileCooccurrence({ inFeed }, productsOf(feed.items));
  expect(notes).toEqual(['Links: 1 used, 0 of other types, 1 of unknown items']);
  const [shirt, belt, hat] = cooccurrence(table, { rows: [0] }, 3);
  expect([shirt > 0, belt > 0, hat > 0]).toEqual([false, true, false]);
});

it('has no links if none of them is in the feed', async () => {
  expect(feedLinks(await read({ shirt: 'gone', belt: 'shirts' }, true))).toEqual([]);
  expect(feedLinks(await read({ shirt: '', belt: '' }, true))).toEqual([]);
});

it('gives a build its links, unless the bundle knows orders', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  const [catalog, orders] = [join(folder, 'shop.csv'), join(folder, 'orders.csv')];
  await writeFile(catalog, table({ shirt: 'belt', belt: '', hat: '' }));
  await writeFile(orders, `order,item\n${[1, 2, 3].map((order) => `${order},shirt\n${order},hat\n`).join('')}`);
  const build = async (more: Partial<BuildRequest> = {}) => {
    const { manifest, notes } = await buildBundle({
      catalog,
      out: join(folder, 'out'),
      imageBase: '',
      text: 'title-description',
      models: MODELS_FOLDER,
      encoders: false,
      workers: 1,
      meter: { start() {}, advance() {}, stop() {} },
      ...more,
    });
    return { companions: manifest.companions, links: notes.some((note) => note.startsWith('Links: 1 used')) };
  };
  const linked = await build();
  expect(linked).toMatchObject({ companions: { origin: 'shop' }, links: true });
  const counted = await build({ orders });
  expect(counted).toMatchObject({ companions: { support: 'orders' }, links: true });
  expect(await build()).toEqual({ companions: counted.companions, links: false });
  await rm(folder, { recursive: true });
}, 60_000);
