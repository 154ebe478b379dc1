import { rmSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { violations } from './support/accessibility';
import { logOf, packagePage, serveHeadless } from './support/headless';
import { idsOf } from './support/lists';
import { serveBundle, smallBundle } from './support/small-bundle';

const LISTS = `<main><sidestream-recs bundle="/variants/" placement="for-you" limit="4"></sidestream-recs>
<sidestream-recs bundle="/variants/" placement="trending" limit="4"></sidestream-recs>
<sidestream-recs bundle="/variants/" placement="recent" limit="4"></sidestream-recs></main>`;

let folder: string;
test.beforeAll(() => {
  folder = smallBundle();
});
test.afterAll(() => rmSync(folder, { recursive: true }));

test.beforeEach(async ({ context }) => {
  await serveHeadless(context);
  await serveBundle(context, '/variants/', folder);
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
      await window.recommender.profile.consent('granted');
      for (const id of ids) await window.recommender.track('view', id);
    },
    [`${product}.5`, `${product}.4`],
  );
  // The size looked at first stands for both.
  await expect.poll(() => idsOf(list(page, 'recent'))).toEqual([`${product}.5`]);
  await expect.poll(async () => (await idsOf(list(page, 'for-you'))).map(productOf)).not.toContain(product);
  const status = await page.evaluate(() => window.recommender.status.get());
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

test('a card lets the shopper choose colour and size, by keyboard too', async ({ page, context }) => {
  const body = `<main><h1>A shop</h1><sidestream-recs bundle="/variants/" placement="trending" limit="4" layout="row" currency="EUR" href-template="/p/{id}" variant-choice add-to-cart></sidestream-recs></main>`;
  await context.route('**/choice.html', (route) =>
    route.fulfill({ body: packagePage(body), contentType: 'text/html' }),
  );
  await page.goto('/choice.html');
  const cards = list(page, 'trending').locator('[data-id]');
  await expect(cards).toHaveCount(4);
  const card = cards.first();
  const product = productOf((await idsOf(list(page, 'trending')))[0]);
  const option = (name: string) => card.getByRole('radio', { name, exact: true });
  const href = () => card.getByRole('link').getAttribute('href');
  // The cheapest is red and small; red ones in M are sold out.
  await expect(card.getByRole('group', { name: 'Colour' }).getByRole('radio', { name: 'Red' })).toBeChecked();
  await expect(option('S')).toBeChecked();
  await expect(option('M, Sold out')).toBeDisabled();
  await expect(card.getByText('from €')).toBeVisible();
  expect(await violations(page)).toEqual([]);

  // Tab goes from group to group, arrow keys choose.
  await option('Red').focus();
  await page.keyboard.press('ArrowRight');
  await expect(option('Blue')).toBeChecked();
  await expect(option('Blue')).toBeFocused();
  expect(await href()).toBe(`/p/${product}.1`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await expect(option('M')).toBeChecked();
  expect(await href()).toBe(`/p/${product}.3`);
  await expect(card.getByText('from €')).toHaveCount(0);
  await page.keyboard.press('ArrowRight');
  await expect(option('L')).toBeChecked();
  // The choice stays while the product is not listed.
  const filter = (value: string) =>
    list(page, 'trending').evaluate((element, text) => element.setAttribute('filter', text), value);
  await filter('{"price":{"$gt":1000000}}');
  await expect(cards).toHaveCount(0);
  await filter('');
  await expect(option('L')).toBeChecked();

  const added = page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener('addtocart', ({ detail }) => resolve([detail.items[0]?.item.id, detail.total]));
      }),
  );
  const price = Number((await card.locator('[part=price]').textContent())?.trim().slice(1));
  await card.getByRole('button', { name: /^Add to cart/ }).click();
  expect(await added).toEqual([`${product}.5`, price]);
  await expect(cards.filter({ has: page.locator(`[href="/p/${product}.5"]`) })).toHaveCount(0);
});

test('a card begins with the size that the shopper usually buys', async ({ page, context }) => {
  const body = `<main><h1>A shop</h1><sidestream-recs bundle="/variants/" placement="trending" limit="11" variant-choice></sidestream-recs></main>`;
  await context.route('**/choice.html', (route) =>
    route.fulfill({ body: packagePage(body), contentType: 'text/html' }),
  );
  await page.goto('/choice.html');
  await expect(list(page, 'trending').locator('[data-id]')).toHaveCount(11);
  const category = await page.evaluate(async () => {
    const recommender = document.querySelector('sidestream-recs')?.activeRecommender;
    const { items } = (await recommender?.recommend({ placement: 'trending', limit: 1 })) ?? {};
    const bought = items?.[0]?.item;
    await recommender?.track('purchase', `${bought?.group}.4`);
    return bought?.category;
  });
  const usual = list(page, 'trending').locator('[data-id]', { hasText: 'L: your usual size' });
  await expect(usual.first()).toBeVisible();
  const others = await page.evaluate(async (name) => {
    const { items } =
      (await document.querySelector('sidestream-recs')?.activeRecommender?.catalog.browse({ category: name })) ?? {};
    return new Set(items?.map(({ group }) => group)).size;
  }, category);
  expect(await usual.count()).toBeGreaterThanOrEqual(others - 1);
  await expect(usual.first().getByRole('radio', { name: 'L, your usual size' })).toBeChecked();
});
