import { existsSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import type { MetricsRow } from '../../src/device/experiment';
import type { Recommender } from '../../src/device/protocol';
import type { Placement } from '../../src/device/ranking';
import { linkQuality } from '../../testing/link-quality';
import { createProject, followReadme } from '../package/project';
import { violationsInSchemes } from '../support/accessibility';
import { type Host, serve } from '../support/host';

const data = fileURLToPath(new URL('../../../shared/data/shop-magento/', import.meta.url));

interface HandMade {
  type: 'upsell' | 'related' | 'crosssell';
  sku: string;
  linked: string;
}

test.describe.configure({ timeout: 180_000 });
test.skip(!existsSync(data), 'There is no ../shared/data/shop-magento');

let project: string;
let host: Host;
let links: HandMade[];
/** Cross-sell links that the build does not get. */
let unseen: HandMade[];

test.beforeAll(async () => {
  if (!existsSync(data)) return;
  project = await createProject('static-shop');
  await cp(join(data, 'catalog.jsonl'), join(project, 'catalog.jsonl'));
  await cp(join(data, 'images'), join(project, 'photos'), { recursive: true });
  const lines = (await readFile(join(data, 'links.jsonl'), 'utf8')).trim().split('\n');
  links = lines.map((line): HandMade => JSON.parse(line));
  unseen = links.filter(({ type }) => type === 'crosssell').filter((_, n) => n % 2 === 1);
  const given = links.filter((link) => !unseen.includes(link));
  await writeFile(join(project, 'links.jsonl'), given.map((link) => JSON.stringify(link)).join('\n'));
  expect(await followReadme(project)).toContain('Wrote 226 pages of 199 products');
  host = await serve({ '/': join(project, 'site') });
});
test.afterAll(async () => {
  host?.close();
  if (project) await rm(project, { recursive: true, force: true });
});

const trouble: string[] = [];
test.beforeEach(({ page }) => {
  trouble.length = 0;
  page.on('pageerror', ({ message }) => trouble.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(`${message.text()} ${message.location().url}`);
  });
});
test.afterEach(() => expect(trouble).toEqual([]));

const listOf = (page: Page, placement: Placement) => page.locator(`sidestream-recs[placement="${placement}"]`);
const idsOf = (page: Page, placement: Placement) =>
  listOf(page, placement)
    .locator('[data-id]')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-id')));

/** Opens a page and waits for its first list. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(host.origin + path);
  const lists = page.locator('sidestream-recs');
  if ((await lists.count()) > 0) await expect(lists.first().locator('[data-id]').first()).toBeVisible();
}

/** The recommender that the page's own script created. */
const recommenderOf = (page: Page) =>
  page.evaluateHandle(async (path): Promise<Recommender> => {
    // The script runs when the page is parsed: imported earlier, it would not find the elements that it needs.
    if (document.readyState === 'loading') {
      await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }));
    }
    return (await import(path)).recommender;
  }, '/assets/shop.js');

const metricsOf = async (page: Page): Promise<Record<string, MetricsRow>> => {
  const { rows } = await (await recommenderOf(page)).evaluate((recommender) => recommender.experiment.metrics());
  return Object.fromEntries(rows.map((row) => [row.placement ?? 'none', row]));
};

test('its lists find the cross-sell links of the shop', async ({ page }) => {
  // A page without a product, so that it causes no event.
  await open(page, '/cart/');
  const recommender = await recommenderOf(page);
  const ids = (await readFile(join(project, 'catalog.jsonl'), 'utf8')).trim().split('\n');
  const rowOf = new Map(ids.map((line, row) => [JSON.parse(line).id, row]));
  const recall = async (placement: Placement, wanted: HandMade[]): Promise<number> => {
    const sets = new Map<number, Set<number>>();
    for (const { sku, linked } of wanted) {
      const [from, to] = [rowOf.get(sku), rowOf.get(linked)];
      if (from !== undefined && to !== undefined) sets.set(from, (sets.get(from) ?? new Set()).add(to));
    }
    const lists = await recommender.evaluate(
      (shop, { placement, skus }) =>
        Promise.all(
          skus.map(async (itemId) => {
            const { items } = await shop.recommend({ placement, itemId, limit: 10 });
            return items.map(({ item }) => item.id);
          }),
        ),
      { placement, skus: [...rowOf.keys()] },
    );
    const { recall, items } = linkQuality(sets, (row) => lists[row].map((id) => rowOf.get(id) ?? -1));
    console.log(`${placement} on ${wanted[0].type} links of ${items} products: recall@10 ${recall.toFixed(3)}`);
    return recall;
  };
  const ofType = (type: HandMade['type']) => links.filter((link) => link.type === type);
  expect(await recall('similar', ofType('upsell'))).toBeGreaterThanOrEqual(0.54);
  expect(await recall('similar', ofType('related'))).toBeGreaterThanOrEqual(0.1);
  // Data learned from the shop's links arrives after the first list.
  await recommender.evaluate((shop) => shop.status.settled());
  expect(await recall('complement', unseen)).toBeGreaterThanOrEqual(0.12);
});

test('with consent, the profile is available on the next page, and the events of each list are counted once', async ({
  page,
}) => {
  await open(page, '/');
  await page.getByRole('region', { name: 'Privacy' }).getByRole('button', { name: 'Remember' }).click();
  await page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name: 'Men', exact: true }).click();
  // Twelve were pushed as `view_item_list`, one as `select_item`.
  await expect.poll(async () => (await metricsOf(page)).category?.impressions).toBe(12);
  await page.getByRole('link', { name: 'Chaz Kangeroo Hoodie' }).click();

  const complement = listOf(page, 'complement').locator('[data-id]');
  await expect(complement.first()).toContainText('Goes with “Chaz Kangeroo Hoodie”');
  expect((await metricsOf(page)).category).toMatchObject({ impressions: 12, clicks: 1 });
  const chosen = (await idsOf(page, 'complement'))[0];
  await complement.first().getByRole('link').click();
  await page.waitForURL(`**/p/${chosen}/`);
  // The button works when the page's scripts have started, as its lists have.
  await expect(listOf(page, 'similar').locator('[data-id]').first()).toBeVisible();
  await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Added to the cart.' })).toBeVisible();
  await expect.poll(async () => (await metricsOf(page)).complement).toMatchObject({ clicks: 1, carts: 1 });
  // The list tracked the click, and the page pushed it as well.
  const clicks = Object.values(await metricsOf(page)).map((row) => [row.placement, row.clicks]);
  expect(clicks.filter(([, count]) => count)).toEqual([
    ['category', 1],
    ['complement', 1],
  ]);

  await open(page, '/p/MH01/');
  expect(await idsOf(page, 'complement')).not.toContain(chosen);

  await page.getByRole('link', { name: 'Cart' }).click();
  const total = page.locator('[data-total] output');
  await expect(total).toHaveText(/^\$\d+\.00$/);
  const revenue = Number((await total.textContent())?.slice(1));
  await page.getByRole('button', { name: 'Order' }).click();
  await expect(page.getByText('Its number is')).toBeVisible();
  const bought = { purchases: 1, revenue: { USD: revenue } };
  await expect.poll(async () => (await metricsOf(page)).complement).toMatchObject(bought);
  await page.reload();
  await expect.poll(async () => (await metricsOf(page)).complement).toMatchObject(bought);

  await open(page, '/');
  await expect(page.locator('[data-consent]')).toBeHidden();
  const [first] = (await (await recommenderOf(page)).evaluate((recommender) => recommender.recommend())).items;
  expect(first.source).toBe('personal');
  const status = await (await recommenderOf(page)).evaluate((recommender) => recommender.status.get());
  expect(status.consent).toBe('granted');
  await page.getByRole('button', { name: 'Forget me' }).click();
  await expect(page.getByRole('region', { name: 'Privacy' })).toBeVisible();
  expect(await metricsOf(page)).toEqual({});
});

test('after a no, the question is not asked again, and nothing is left on the device', async ({ page }) => {
  await open(page, '/p/MH01/');
  await page.getByRole('button', { name: 'No, thanks' }).click();
  await page.locator('sidestream-recs').last().getByRole('link').first().click();
  await expect(page.locator('sidestream-recs [data-id]').first()).toBeVisible();
  await expect(page.locator('[data-consent]')).toBeHidden();
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
});

test('its pages show their contents without a script', async () => {
  const product = await readFile(join(project, 'site', 'p', 'MH01', 'index.html'), 'utf8');
  const [about, path] = [...product.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/g)].map(([, text]) =>
    JSON.parse(text),
  );
  expect(about).toMatchObject({ '@type': 'Product', sku: 'MH01', offers: { price: 52, priceCurrency: 'USD' } });
  expect(path.itemListElement.map(({ name }: { name: string }) => name)).toEqual([
    'Men',
    'Tops',
    'Hoodies & Sweatshirts',
  ]);
  const [, inside] = /<sidestream-recs placement="similar"[^>]*>(.*?)<\/sidestream-recs>/s.exec(product) ?? [];
  expect(inside).toContain('<a href="/p/MH02/">Teton Pullover Hoodie</a>');
});

test('every kind of page passes all accessibility checks in light and dark', { tag: '@nightly' }, async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const check = async (name: string) => expect(await violationsInSchemes(page, { all: true }), name).toEqual([]);
  await open(page, '/');
  await check('home, before consent');
  await page.getByRole('button', { name: 'Remember' }).click();
  await open(page, '/c/men/tops/');
  await check('category');
  await open(page, '/p/MH01/');
  await check('product');
  await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
  await open(page, '/cart/');
  await check('cart');
  await page.getByRole('button', { name: 'Order' }).click();
  await expect(page.locator('sidestream-recs [data-id]').first()).toBeVisible();
  await check('thanks');
});
