import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { logOf, packagePage, serveHeadless } from './support/headless';
import { idsOf } from './support/lists';

const LISTS = `<main><sidestream-recs bundle="/variants/" placement="for-you" limit="4"></sidestream-recs>
<sidestream-recs bundle="/variants/" placement="trending" limit="4"></sidestream-recs>
<sidestream-recs bundle="/variants/" placement="recent" limit="4"></sidestream-recs></main>`;

let folder: string;
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sidestream-variants-'));
  execFileSync(process.execPath, ['--import', 'tsx', 'e2e/support/variant-bundle.ts', folder], { stdio: 'pipe' });
});
test.afterAll(() => rmSync(folder, { recursive: true }));

test.beforeEach(async ({ context }) => {
  await serveHeadless(context);
  await context.route('**/variants/*', (route) =>
    route.fulfill({ path: join(folder, new URL(route.request().url()).pathname.replace('/variants/', '')) }),
  );
  await context.route('**/variants.html', (route) =>
    route.fulfill({ body: packagePage(LISTS), contentType: 'text/html' }),
  );
});

const productOf = (id: string): string => id.split('.')[0];
const list = (page: Page, placement: string) => page.locator(`sidestream-recs[placement="${placement}"]`);

test('the lists of a page show no product twice, and a clicked product counts in every size', async ({ page }) => {
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  await page.goto('/variants.html');
  await expect(list(page, 'trending').locator('[data-id]')).toHaveCount(4);
  await expect(list(page, 'for-you').locator('[data-id]')).toHaveCount(4);
  const shown = [...(await idsOf(list(page, 'for-you'))), ...(await idsOf(list(page, 'trending')))];
  expect(new Set(shown.map(productOf)).size).toBe(8);
  // Of the cheapest sizes the first in stock.
  expect(shown.map((id) => id.split('.')[1])).toEqual(Array(8).fill('0'));
  expect(fetched.filter((path) => /\/variants-[^/]*\.js/.test(path))).toHaveLength(1);

  const product = productOf(shown[0]);
  await page.evaluate(
    async (ids) => {
      // The lists of the page share its connection.
      window.recommender = await window.sidestream.createRecommender({ bundle: '/variants/' });
      await window.recommender.consent('granted');
      for (const id of ids) await window.recommender.track('view', id);
    },
    [`${product}.5`, `${product}.4`],
  );
  // The size looked at first stands for both.
  await expect.poll(() => idsOf(list(page, 'recent'))).toEqual([`${product}.5`]);
  await expect.poll(async () => (await idsOf(list(page, 'for-you'))).map(productOf)).not.toContain(product);
  const status = await page.evaluate(() => window.recommender.status());
  expect(status.events).toBe(1);
  expect((await logOf(page)).filter((id) => productOf(id) === product).slice(-2)).toEqual([
    `${product}.5`,
    `${product}.4`,
  ]);
});

test('a filter chooses the size, and the rule `variants` shows all of them', async ({ page }) => {
  await page.goto('/variants.html');
  const trending = list(page, 'trending');
  await trending.evaluate((element) => element.setAttribute('filter', '{"attributes.size":"L"}'));
  await expect.poll(async () => (await idsOf(trending)).map((id) => id.split('.')[1])).toEqual(['4', '4', '4', '4']);
  await page.evaluate(async () => {
    document.querySelector('main')?.remove();
    const element = document.createElement('sidestream-recs');
    Object.assign(element, {
      placement: 'trending',
      limit: 6,
      recommender: await window.sidestream.createRecommender({
        bundle: '/variants/',
        namespace: 'all',
        consent: 'pending',
        rules: { variants: 'all' },
      }),
    });
    element.setAttribute('placement', 'trending');
    document.body.append(element);
  });
  await expect(trending.locator('[data-id]')).toHaveCount(6);
  const ids = await idsOf(trending);
  const first = productOf(ids[0]);
  // All that are in stock.
  expect(ids.slice(0, 5)).toEqual([0, 1, 3, 4, 5].map((variant) => `${first}.${variant}`));
});
