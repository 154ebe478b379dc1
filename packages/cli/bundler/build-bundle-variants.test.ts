import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentBlend, type ItemInput, itemText, openBundle } from '../../../src/core/catalog';
import { catalogIndex, rank } from '../../../src/device/ranking';
import { aboutItems } from '../../../src/device/ranking/lists-in-view';
import { productVariants } from '../../../src/device/ranking/variants';
import { SHOP_IMAGES, shopFeed } from '../../../testing/commands';
import { nightly } from '../../../testing/nightly';
import { state } from '../../../testing/rankings';
import { anyRequest, groupOf } from '../../../testing/variants';
import { MODELS_FOLDER } from '../../encoders/hub/encoder-files';
import { sampleRows } from '../../shop/pipeline/encode-modality';
import { type BuildRequest, buildBundle } from './build-bundle';
import { folderFetch } from './folder-bundle';

const shop = fileURLToPath(new URL('../../../../shared/data/shop-magento/', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterEach(() => rm(folder, { recursive: true }));

const linesOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Six rows of every product: three sizes in two colours, with their own pictures if `colors` has them. */
function sixRows(products: readonly ItemInput[], colors: ReadonlyMap<string, readonly string[]> = new Map()): object[] {
  return products.flatMap(({ id, attributes: _, ...product }, n) =>
    Array.from({ length: 6 }, (_, variant) => {
      const color = variant % 2;
      const size = Math.floor(variant / 2);
      return {
        ...product,
        id: `${id}-${variant}`,
        item_group_id: id,
        image: colors.get(id)?.[color] ?? product.image,
        price: product.price && product.price + size,
        availability: (n + variant) % 5 === 0 ? 'out of stock' : 'in stock',
        color: ['Red', 'Blue'][color],
        size: ['S', 'M', 'L'][size],
      };
    }),
  );
}

async function build(rows: readonly object[], more: Partial<BuildRequest> = {}) {
  const catalog = join(folder, 'catalog.jsonl');
  await writeFile(catalog, rows.map((row) => JSON.stringify(row)).join('\n'));
  const out = join(folder, 'bundle');
  const built = await buildBundle({
    catalog,
    out,
    imageBase: '',
    text: 'title-description',
    models: MODELS_FOLDER,
    encoders: false,
    meter: { start() {}, advance() {}, stop() {} },
    ...more,
  });
  return { built, bundle: await openBundle(folderFetch(out)) };
}

/** Number of distinct texts and pictures of a feed: several names may refer to one picture. */
async function inputsOf(rows: readonly object[], images: string): Promise<number> {
  const items = rows as (ItemInput & { title: string })[];
  const names = [...new Set(items.flatMap(({ image }) => image ?? []))];
  const pictures = await Promise.all(names.map((name) => readFile(join(images, name), 'base64')));
  return new Set(items.map((item) => itemText(item))).size + new Set(pictures).size;
}

describe('a build of a feed with variants', () => {
  it('encodes each distinct text and picture once, without a cache and with several processes', async () => {
    const rows = sixRows(linesOf(shopFeed(40)));
    const distinct = await inputsOf(rows, SHOP_IMAGES);
    // 40 texts, and 8 pictures that ten products share.
    expect(distinct).toBeLessThan(60);
    const { built, bundle } = await build(rows, { images: SHOP_IMAGES, workers: 2 });
    const pictures = rows.filter((row) => 'image' in row && row.image).length;
    expect(built).toMatchObject({ encoded: distinct, reused: 0, repeated: rows.length + pictures - distinct });
    const { values, dim, taps } = bundle.features;
    const width = dim * (taps.text + taps.image);
    for (let row = 0; row < rows.length; row++) {
      const first = row - (row % 6);
      expect(values.subarray(row * width, (row + 1) * width)).toEqual(
        values.subarray(first * width, (first + 1) * width),
      );
    }
    // The next build keeps the projections, though the catalogue has six times as many rows as they were fitted to.
    const again = await build(rows, { images: SHOP_IMAGES, workers: 1 });
    expect(again.built).toMatchObject({ encoded: 0, manifest: { projection: built.manifest.projection } });
  }, 120_000);

  it('has co-occurrence of products from orders and links of any of their variants', async () => {
    const rows = sixRows(linesOf(shopFeed(8)).map(({ image: _, ...row }) => row));
    const orders = join(folder, 'orders.csv');
    const lines = ['1,item-0-3', '1,item-5-1', '2,item-0-0', '2,item-0-5', '2,item-5-4', '3,item-0-2', '3,item-0-1'];
    await writeFile(orders, ['order,item', ...lines].join('\n'));
    const { built, bundle } = await build(rows, { orders, workers: 1 });
    // The third order has only one product.
    expect(built.notes).toContain('Orders: 2 of two items or more');
    const index = catalogIndex(bundle.items, bundle.features, contentBlend(bundle.manifest), {
      cooccurrence: await bundle.cooccurrence(),
      variants: productVariants(bundle.items),
    });
    const asked = { placement: 'complement', row: null, limit: 4, exclude: new Set<number>() } as const;
    const [first] = rank(index, state(), aboutItems(index, asked, ['item-0-4']));
    expect([groupOf(index, first.row), first.source]).toEqual(['item-5', 'boughtTogether']);
  }, 60_000);

  it('samples inputs that variants share once, whatever the order of the feed', () => {
    const ids = Array.from({ length: 60 }, (_, n) => `item-${n}`);
    const sampled = (of: readonly string[]) =>
      sampleRows(
        [...of.keys()],
        (row) => of[row],
        (row) => (of[row] === 'item-7' ? undefined : `group-${Number(of[row].slice(5)) % 10}`),
        40,
      ).map((row) => of[row]);
    expect(sampled(ids)).toHaveLength(11);
    expect(sampled(ids.toReversed())).toEqual(sampled(ids));
  });
});

describe.skipIf(!existsSync(shop))(
  'six rows of every product of a real shop (skipped without ../shared/data/shop-magento)',
  () => {
    nightly(
      'are encoded once for each text and picture, and no list shows two of a product',
      async () => {
        const [products, pictures] = await Promise.all(
          ['catalog.jsonl', 'variants.jsonl'].map(async (name) => linesOf(await readFile(join(shop, name), 'utf8'))),
        );
        const colors = new Map<string, string[]>();
        for (const { parent, image } of pictures) colors.set(parent, [...(colors.get(parent) ?? []), image]);
        const given = products.map(({ price, ...item }: ItemInput) => ({
          ...item,
          ...(price === null ? {} : { price }),
        }));
        const rows = sixRows(given, colors);
        expect(rows).toHaveLength(6 * products.length);
        const { built, bundle } = await build(rows, { images: join(shop, 'images'), workers: 2 });
        expect(built.rejectedCount).toBe(0);
        expect(built).toMatchObject({
          items: rows.length,
          encoded: await inputsOf(rows, join(shop, 'images')),
          reused: 0,
        });
        const index = catalogIndex(bundle.items, bundle.features, contentBlend(bundle.manifest), {
          variants: productVariants(bundle.items),
        });
        expect(index.variants?.products).toHaveLength(products.length);
        let full = 0;
        fc.assert(
          fc.property(anyRequest(index), ({ shopper, request }) => {
            const listed = rank(index, shopper, request);
            const groups = listed.map(({ row }) => groupOf(index, row));
            expect(new Set(groups).size).toBe(groups.length);
            if (request.row !== null) expect(groups).not.toContain(groupOf(index, request.row));
            if (listed.length === request.limit) full++;
          }),
          { seed: 11, numRuns: 250 },
        );
        expect(full).toBeGreaterThan(100);
      },
      300_000,
    );
  },
);
