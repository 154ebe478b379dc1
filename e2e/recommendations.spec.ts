import { clickProducts, expect, idsIn, openShop, products, test } from './support/shop';

const CATEGORY = 'Music';
const categories = new Map<string, string>();
test.beforeAll(() => {
  for (const { id, category } of products()) categories.set(id, category);
});

/** Share of a list's items in a top category, 0..1. */
const share = (ids: string[]): number =>
  ids.filter((id) => categories.get(id)?.startsWith(`${CATEGORY}/`)).length / ids.length;

test('the first visit shows recommendations with images', async ({ page }) => {
  await openShop(page);
  const ids = await idsIn(page, 'for-you');
  expect(ids.length).toBeGreaterThanOrEqual(4);
  expect(new Set(ids).size).toBe(ids.length);
  await expect
    .poll(() =>
      page
        .getByTestId('for-you')
        .locator('img')
        .first()
        .evaluate((image: HTMLImageElement) => image.naturalWidth),
    )
    .toBeGreaterThan(0);
});

test('a product page shows similar products, and never the product itself', async ({ page }) => {
  await openShop(page);
  const [id] = await idsIn(page, 'for-you');
  await page.getByTestId('for-you').locator('[data-id] a').first().click();
  const similar = await idsIn(page, 'similar');
  expect(similar).not.toContain(id);
  const own = categories.get(id)?.split('/')[0];
  const sameCategory = similar.filter((other) => categories.get(other)?.split('/')[0] === own);
  expect(sameCategory.length).toBeGreaterThan(similar.length / 3);
});

test('no list repeats items that are in view already', async ({ page }) => {
  await openShop(page);
  await clickProducts(page, CATEGORY, 3);
  await page.getByTestId('for-you').locator('[data-id] a').first().click();
  await expect
    .poll(async () => {
      const similar = new Set(await idsIn(page, 'similar'));
      return (await idsIn(page, 'for-you')).filter((id) => similar.has(id));
    })
    .toEqual([]);
  await page.goto(`/#/category/${CATEGORY}`);
  await expect
    .poll(async () => {
      const grid = new Set(await idsIn(page, 'grid'));
      return (await idsIn(page, 'for-you')).filter((id) => grid.has(id));
    })
    .toEqual([]);
});

test('eight clicks inside one category raise its share of "for you"', async ({ page }) => {
  await openShop(page);
  const before = share(await idsIn(page, 'for-you'));
  await clickProducts(page, CATEGORY, 8);
  await expect.poll(async () => share(await idsIn(page, 'for-you'))).toBeGreaterThanOrEqual(before + 0.3);
});

test('a dismissed product leaves the list and does not come back', async ({ page }) => {
  await openShop(page);
  const [first] = await idsIn(page, 'for-you');
  const card = page.getByTestId('for-you').locator(`[data-id="${first}"]`);
  await card.hover();
  await card.locator('[data-dismiss]').click();
  await expect.poll(() => idsIn(page, 'for-you')).not.toContain(first);
  await page.goto('/#/search/a');
  await page.goto('/#/');
  expect(await idsIn(page, 'for-you')).not.toContain(first);
});

test('a missing bundle shows a message with a retry button', async ({ page }) => {
  await page.goto('/?bundle=nowhere/');
  await expect(page.getByTestId('closed')).toBeVisible();
  await expect(page.getByTestId('reopen')).toBeVisible();
});
