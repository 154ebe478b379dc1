import { expect, type Page, test } from '@playwright/test';
import type { MetricsRow } from '../../src/device/experiment';
import type { Recommender } from '../../src/device/protocol';
import { violations } from '../support/accessibility';
import { VendureShop } from './vendure-shop';

// Installing Vendure and filling its shop takes minutes, so this runs by a command of its own.
test.skip(!process.env.EXAMPLE_VENDURE, 'Runs by "npm run example -- vendure --test"');
test.describe.configure({ timeout: 240_000 });

/** An item of the feed that `catalogue.mjs` writes. */
interface Item {
  id: string;
  title: string;
  group_id: string;
  category: string;
  price: number;
  image?: string;
  attributes: Record<string, string>;
}

let shop: VendureShop;
let items: Item[];

test.beforeAll(async () => {
  if (!process.env.EXAMPLE_VENDURE) return;
  shop = await VendureShop.start();
  const printed = await shop.catalogue('build');
  expect(printed).toContain('Read 69 orders');
  expect(printed).toContain('Built 81 items');
  items = (await shop.read('build.jsonl'))
    .trim()
    .split('\n')
    .map((line): Item => JSON.parse(line));
});
test.afterAll(() => shop?.stop());

const trouble: string[] = [];
test.beforeEach(({ page }) => {
  trouble.length = 0;
  page.on('pageerror', ({ message }) => trouble.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(`${message.text()} ${message.location().url}`);
  });
});
test.afterEach(() => expect(trouble).toEqual([]));

/** The variants of a product, by its name. */
const variantsOf = (title: string): Item[] => items.filter((item) => item.title === title);
/** The products of items, without their variants. */
const titlesOf = (ids: string[]): string[] => ids.map((id) => items.find((item) => item.id === id)!.title);

const listOf = (page: Page, list: string) => page.locator(`sidestream-recs${list}`);
const FOR_YOU = ':not([placement])';
const BUNDLE = '[layout="bundle"]';
const SIMILAR = '[placement="similar"]';
const CART = '[cart-synced]';

/** Titles in a list, once it has products. */
async function shown(page: Page, list: string): Promise<string[]> {
  const cards = listOf(page, list).locator('[data-id]');
  await expect(cards.first()).toBeVisible();
  return titlesOf(await cards.evaluateAll((all) => all.map((card) => card.getAttribute('data-id')!)));
}

async function open(page: Page, path: string): Promise<void> {
  await page.goto(shop.origin + path);
  await expect(page.locator('header nav a').first()).toBeVisible();
}

/** Opens the page of a product's first variant. */
async function openProduct(page: Page, title: string): Promise<void> {
  const [{ group_id, id }] = variantsOf(title);
  await open(page, `/product.html?slug=${group_id}&variant=${id}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
}

const metricsOf = async (page: Page): Promise<Record<string, MetricsRow>> => {
  // The recommender that the page's own script created.
  const recommender = await page.evaluateHandle(
    async (path): Promise<Recommender> => (await import(path)).recommender,
    '/shop.js',
  );
  const { rows } = await recommender.evaluate((made) => made.experiment.metrics());
  return Object.fromEntries(rows.map((row) => [row.placement ?? 'none', row]));
};

test('the bundle contains the catalogue of the API', async () => {
  const { productVariants } = await shop.admin<{
    productVariants: { items: { id: string; priceWithTax: number; product: { name: string; slug: string } }[] };
  }>('{ productVariants(options: { take: 1000 }) { items { id priceWithTax product { name slug } } } }');
  const expected = productVariants.items.map(({ id, priceWithTax, product }) => ({
    id,
    title: product.name,
    group_id: product.slug,
    price: priceWithTax / 100,
  }));
  const byId = (a: { id: string }, b: { id: string }) => Number(a.id) - Number(b.id);
  expect(items.map(({ id, title, group_id, price }) => ({ id, title, group_id, price })).sort(byId)).toEqual(
    expected.sort(byId),
  );
  expect(items.every(({ image }) => image?.startsWith(`${shop.origin}/assets/`))).toBe(true);
  expect(variantsOf('Trail Boot')[0]).toMatchObject({
    category: 'Clothing > Shoes',
    attributes: { brand: 'Norrfell', size: '40' },
  });
  // Nothing of the customers leaves the orders.
  expect(await shop.read('orders.csv')).toMatch(/^order,item\n(\d+,\d+\n)+$/);
});

test('the lists for-you, similar and bundle appear, and the pages are accessible', async ({ page }) => {
  await open(page, '/');
  const forYou = await shown(page, FOR_YOU);
  expect(forYou).toHaveLength(12);
  // One variant of each product.
  expect(new Set(forYou).size).toBe(12);

  await openProduct(page, 'Teapot');
  // Counts of the orders are loaded after the first list.
  await expect.poll(() => shown(page, BUNDLE)).toEqual(['Green Tea', 'Pot of Honey']);
  await expect(listOf(page, BUNDLE)).toContainText('Bought with “Teapot” in 11 orders');
  const similar = await shown(page, SIMILAR);
  expect(similar).toHaveLength(8);
  expect(similar).not.toContain('Teapot');

  for (const path of ['/', '/category.html?slug=shoes', '/product.html?slug=teapot', '/cart.html', '/checkout.html']) {
    await open(page, path);
    await expect(page.locator('h1')).not.toHaveText('…');
    expect(await violations(page, { all: true }), path).toEqual([]);
    for (const width of [1280, 375]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
  }
});

test('an order placed in the browser is counted and learned', async ({ page }) => {
  await open(page, '/');
  await page.getByRole('button', { name: 'Yes' }).click();
  // The question goes when the answer is on disk.
  await expect(page.getByRole('button', { name: 'Yes' })).toBeHidden();
  await openProduct(page, 'Teapot');
  await expect.poll(() => shown(page, BUNDLE)).toContain('Green Tea');
  // The adapter tracks the view when the product was in view for a second.
  await expect(async () => {
    const recent = await page.evaluate(async (path) => {
      const recommender: Recommender = await (await import(path)).recommender;
      return (await recommender.recommend({ placement: 'recent' })).items.map(({ item }) => item.title);
    }, '/shop.js');
    expect(recent).toEqual(['Teapot']);
  }).toPass();
  // The honey is for later.
  await listOf(page, BUNDLE).getByRole('checkbox').nth(2).uncheck();
  await listOf(page, BUNDLE).getByRole('button').last().click();
  await expect(page.locator('[data-count]')).toHaveText('2');

  await open(page, '/cart.html');
  await expect(page.locator('.lines li')).toHaveCount(2);
  await expect.poll(() => shown(page, CART)).toContain('Pot of Honey');
  expect(await shown(page, CART)).not.toContain('Green Tea');
  await listOf(page, CART)
    .locator('[data-id]')
    .filter({ hasText: 'Pot of Honey' })
    .getByRole('button', { name: 'Add to cart' })
    .click();
  await expect(page.locator('.lines li')).toHaveCount(3);
  await expect.poll(() => shown(page, CART)).not.toContain('Pot of Honey');

  await page.getByRole('link', { name: 'To checkout' }).click();
  const fields = {
    'First name': 'Ada',
    'Last name': 'Byron',
    'E-mail': 'ada@example.com',
    'Street and number': 'Ring 1',
    'Postal code': '1010',
    City: 'Wien',
  };
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  await page.getByRole('button', { name: 'Pay with the test payment' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Thank you');
  const code = new URL(page.url()).searchParams.get('code');
  const { orders } = await shop.admin<{
    orders: {
      items: {
        state: string;
        customer: { emailAddress: string };
        lines: { quantity: number; productVariant: { id: string } }[];
      }[];
    };
  }>(
    `query ($code: String!) {
      orders(options: { filter: { code: { eq: $code } } }) {
        items { state customer { emailAddress } lines { quantity productVariant { id } } }
      }
    }`,
    { code },
  );
  expect(orders.items).toHaveLength(1);
  const [order] = orders.items;
  expect(order).toMatchObject({ state: 'PaymentSettled', customer: { emailAddress: 'ada@example.com' } });
  const bought = ['Green Tea', 'Pot of Honey', 'Teapot'];
  expect(titlesOf(order.lines.map(({ productVariant }) => productVariant.id)).sort()).toEqual(bought);
  expect(order.lines.every(({ quantity }) => quantity === 1)).toBe(true);
  await expect.poll(async () => sumOf(await metricsOf(page), 'purchases')).toBe(3);
  // Loaded again, the page reports the same transaction, which is counted once.
  await page.reload();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Thank you');

  await open(page, '/');
  const forYou = await shown(page, FOR_YOU);
  for (const title of bought) expect(forYou).not.toContain(title);
  await expect(listOf(page, FOR_YOU)).toContainText(/Because|Bought with|Goes with/);
  await expect(page.locator('[data-count]')).toHaveText('');
  const metrics = await metricsOf(page);
  expect(sumOf(metrics, 'carts')).toBe(3);
  expect(sumOf(metrics, 'purchases')).toBe(3);
  expect(metrics.complement).toMatchObject({ carts: 2, purchases: 2 });
});

test('a product that the admin sells out leaves the lists without a build, and returns', async ({ page }) => {
  const files = (manifest: string): unknown => JSON.parse(manifest).shards;
  const before = files(await shop.read('bundle/manifest.json'));
  await open(page, '/');
  const [title] = await shown(page, FOR_YOU);
  const ids = variantsOf(title).map(({ id }) => id);
  await shop.setStock(ids, 0);
  expect(await shop.catalogue('offers')).toContain(`Wrote offers of ${ids.length} of 81 items`);
  await open(page, '/');
  expect(await shown(page, FOR_YOU)).not.toContain(title);
  await openProduct(page, title);
  await expect(page.getByRole('button', { name: 'Add to cart', exact: true }).first()).toBeDisabled();

  // One sold-out variant alone: the list shows another one of the product.
  await shop.setStock(ids, 9);
  const [first, second] = variantsOf('Trail Boot');
  await shop.setStock([first.id], 0);
  await shop.catalogue('offers');
  await open(page, '/');
  expect(await shown(page, FOR_YOU)).toContain(title);
  await openProduct(page, 'Dress Shoe');
  const boots = listOf(page, SIMILAR).locator('[data-id]').filter({ hasText: 'Trail Boot' });
  await expect(boots).toHaveCount(1);
  expect(variantsOf('Trail Boot').map(({ id }) => id)).toContain(await boots.getAttribute('data-id'));
  await expect(boots).not.toHaveAttribute('data-id', first.id);
  expect(second.group_id).toBe(first.group_id);
  expect(files(await shop.read('bundle/manifest.json'))).toEqual(before);
});

test('a product that Vendure refuses is not in the cart of the lists either', async ({ page }) => {
  await open(page, '/');
  const [title] = await shown(page, FOR_YOU);
  // Sold out a moment ago: the offers do not have it yet.
  await shop.setStock(
    variantsOf(title).map(({ id }) => id),
    0,
  );
  const card = listOf(page, FOR_YOU).locator('[data-id]').first();
  await card.getByRole('button', { name: 'Add to cart' }).click();
  await expect(page.getByRole('status').filter({ hasText: title })).toBeVisible();
  await expect(page.locator('[data-count]')).toHaveText('');
  const inCart = () =>
    page.evaluate(async (path) => {
      const recommender: Recommender = await (await import(path)).recommender;
      return (await recommender.recommend({ cart: true })).items.length;
    }, '/shop.js');
  await expect.poll(inCart).toBe(0);
});

const sumOf = (metrics: Record<string, MetricsRow>, field: 'carts' | 'purchases'): number =>
  Object.values(metrics).reduce((sum, row) => sum + row[field], 0);
