import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { COMPANIONS_FOLDER } from './support/global-setup';
import { serveHeadless, startHeadless } from './support/headless';
import { clickProducts, expect, idsIn, openShop, products, test } from './support/shop';

/** Serves the demo's bundle with companions in it. */
async function serveCompanions(page: Page, spoil = (body: Buffer): Buffer => body): Promise<void> {
  for (const name of readdirSync(COMPANIONS_FOLDER)) {
    const body = readFileSync(join(COMPANIONS_FOLDER, name));
    await page.route(`**/bundle/${name}`, (route) =>
      route.fulfill({ body: name.startsWith('shard-') ? spoil(body) : body }),
    );
  }
}

/** A list of what goes with a product, on a page of its own beside the shop's. */
const complementOf = (page: Page, id: string) =>
  page.evaluate(async (itemId) => {
    const list = document.createElement('sidestream-recs');
    list.setAttribute('placement', 'complement');
    list.setAttribute('item-id', itemId);
    list.setAttribute('bundle', '/bundle/');
    list.setAttribute('namespace', 'complement');
    list.dataset.testid = 'complement';
    document.body.append(list);
  }, id);

test('co-occurrence scores without a compute library, and makes the complement list', async ({ page }) => {
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  await serveCompanions(page);
  await openShop(page);
  await clickProducts(page, 'Music', 1);
  await page.getByTestId('inspect').click();
  await expect(page.getByTestId('inspector')).toContainText('often chosen with what you just looked at');
  await page.goBack();
  const all = products().map(({ id }) => id);
  await complementOf(page, all[0]);
  const half = Math.floor(all.length / 2);
  await expect.poll(() => idsIn(page, 'complement')).toEqual([all[half], all[half + 1]]);
  await expect(page.getByTestId('complement')).toContainText('Others chose it with');
  expect(fetched.filter((url) => /tfjs|\.wasm/.test(url))).toEqual([]);
});

test('products that others chose with the last ones move up, and their cards say so', async ({ page }) => {
  await serveCompanions(page);
  await openShop(page);
  await clickProducts(page, 'Music', 3);
  await expect(page.getByTestId('for-you')).toContainText('Others chose it with');
  await expect(page.getByTestId('notice')).toHaveCount(0);
});

test('damaged co-occurrence data causes only an error report', async ({ page }) => {
  await serveCompanions(page, (body) => Buffer.alloc(body.length));
  await openShop(page);
  await expect(page.getByTestId('notice')).toContainText(/shard-/);
  await clickProducts(page, 'Music', 3);
  expect((await idsIn(page, 'for-you')).length).toBeGreaterThan(4);
});

test('a set has one product of each category, those that were bought with it first', async ({ page, context }) => {
  await serveHeadless(context);
  await serveCompanions(page);
  await startHeadless(page);
  const [first] = products();
  const list = () =>
    page.evaluate(
      (itemId) => window.recommender.recommend({ placement: 'complement', itemId, set: { onePer: 'category' } }),
      first.id,
    );
  // The table of what was bought together comes after the first list.
  await expect.poll(async () => (await list()).items[0].source).toBe('boughtTogether');
  const { items } = await list();
  const categories = [first.category, ...items.map(({ item }) => item.category)];
  expect(categories.length).toBeGreaterThan(5);
  expect(new Set(categories).size).toBe(categories.length);
  const sources = items.map(({ source }) => source);
  expect(sources).toEqual([...sources].sort());
});
