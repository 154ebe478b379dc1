import { rmSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { violations } from './support/accessibility';
import { packagePage, serveHeadless } from './support/headless';
import { idsOf } from './support/lists';
import { serveBundle, smallBundle } from './support/small-bundle';

const ROWS = `<main><h1>A shop</h1>
<sidestream-recs bundle="/products/" placement="trending" limit="3"></sidestream-recs>
<sidestream-rows bundle="/products/" items="6" dismissible href-template="#{id}"></sidestream-rows></main>
<script type="module" src="/sidestream/rows.js"></script>`;

let folder: string;
test.beforeAll(() => {
  folder = smallBundle(60);
});
test.afterAll(() => rmSync(folder, { recursive: true }));

test.beforeEach(async ({ context }) => {
  await serveHeadless(context);
  await serveBundle(context, '/products/', folder);
  await context.route('**/rows.html', (route) => route.fulfill({ body: packagePage(ROWS), contentType: 'text/html' }));
});

const rows = (page: Page) => page.locator('sidestream-rows');
const row = (page: Page, kind: string) => rows(page).locator(`[data-kind="${kind}"]`);
const headings = (page: Page) => rows(page).getByRole('heading').allTextContents();
const productOf = (id: string): string => id.split('.')[0];
const track = (page: Page, type: 'click' | 'purchase', ids: string[]) =>
  page.evaluate(
    async ([kind, clicked]) => {
      const recommender = document.querySelector('sidestream-recs')?.activeRecommender;
      for (const id of clicked) await recommender?.track(kind, id);
      await recommender?.status.settled();
    },
    [type, ids] as const,
  );

test('gives every shopper rows with reasons, and no product twice', async ({ page }) => {
  await page.goto('/rows.html');
  await expect(row(page, 'trending').locator('[data-id]')).toHaveCount(6);
  // A new shopper has no other rows, and none of the products of the list above.
  expect(await headings(page)).toEqual(['Popular in this shop']);
  const first = (await idsOf(page.locator('main > sidestream-recs'))).map(productOf);
  const shown = (await idsOf(rows(page))).map(productOf);
  expect(shown.filter((id) => first.includes(id))).toEqual([]);

  // Two products of one category.
  const ids = await page.evaluate(async () => {
    const recommender = document.querySelector('sidestream-recs')?.activeRecommender;
    const { items = [] } = (await recommender?.catalog.browse({ limit: 360 })) ?? {};
    const category = items[0]?.category;
    const groups = new Map(items.filter((item) => item.category === category).map((item) => [item.group, item.id]));
    return [...groups.values()].slice(0, 2);
  });
  await track(page, 'click', ids);
  await expect(row(page, 'because').locator('[data-id]')).toHaveCount(6);
  await expect
    .poll(() => headings(page))
    .toContainEqual(expect.stringMatching(/^Because you looked at “Item \d+ of topic/));
  // The row that was there keeps its place.
  expect((await headings(page))[0]).toBe('Popular in this shop');
  const all = (await idsOf(page.locator('main'))).map(productOf);
  expect(all.length).toBeGreaterThan(15);
  expect(new Set(all).size).toBe(all.length);
  expect(await violations(page)).toEqual([]);

  // A returning shopper gets the best row first.
  await page.evaluate(() => document.querySelector('sidestream-recs')?.activeRecommender?.profile.consent('granted'));
  await page.reload();
  await expect(row(page, 'because').locator('[data-id]')).toHaveCount(6);
  expect((await headings(page))[0]).not.toBe('Popular in this shop');
  const chosen = row(page, 'because').locator('[data-id]').first();
  const clicked = await chosen.getAttribute('data-id');
  await chosen.getByRole('link').click();
  await expect(page).toHaveURL(`/rows.html#${clicked}`);
  const placements = () =>
    page.evaluate(async () => {
      const metrics = await document.querySelector('sidestream-recs')?.activeRecommender?.experiment.metrics();
      return metrics?.rows.filter(({ clicks }) => clicks > 0).map(({ placement }) => placement);
    });
  await expect.poll(placements).toContain('rows-because');
});

test('drops a dismissed product from its row, and shows nothing if there is nothing', async ({ page }) => {
  await page.goto('/rows.html');
  const trending = row(page, 'trending');
  await expect(trending.locator('[data-id]')).toHaveCount(6);
  const [first] = await idsOf(trending);
  await trending
    .getByRole('button', { name: /^Not interested/ })
    .first()
    .click();
  await expect(trending.getByRole('button', { name: 'Undo' })).toBeFocused();
  await expect.poll(() => idsOf(trending)).not.toContain(first);
  await rows(page).evaluate((element) => element.setAttribute('filter', '{"price":{"$gt":1000000}}'));
  await expect(rows(page)).toHaveAttribute('state', 'hidden');
  await expect(rows(page)).toBeHidden();
  await expect(rows(page).locator('sidestream-recs')).toHaveCount(0);

  // Another namespace has another shopper, who dismissed nothing.
  const dismissed = () =>
    rows(page).evaluate(async ({ activeRecommender }: HTMLElementTagNameMap['sidestream-rows']) => {
      return (await activeRecommender?.status.get())?.dismissed;
    });
  expect(await dismissed()).toBe(1);
  await rows(page).evaluate((element) => element.removeAttribute('filter'));
  await expect(trending.locator('[data-id]')).toHaveCount(6);
  const followed: string[] = [];
  await page.exposeFunction('follow', (href: string) => followed.push(href));
  await rows(page).evaluate((element) => {
    element.setAttribute('namespace', 'another');
    Reflect.set(element, 'navigate', Reflect.get(window, 'follow'));
  });
  await expect.poll(dismissed).toBe(0);
  await expect.poll(() => idsOf(trending)).toContain(first);
  // The namespace is in use for the other bundle; back again, the rows are there again.
  await rows(page).evaluate((element) => element.setAttribute('bundle', '/others/'));
  await expect(rows(page)).toHaveAttribute('state', 'hidden');
  await rows(page).evaluate((element) => element.setAttribute('bundle', '/products/'));
  await trending.getByRole('link').first().click();
  await expect.poll(() => followed).toEqual([expect.stringMatching(/^#item-/)]);
});
