import { violations } from './support/accessibility';
import { cards, expect, idsIn, openShop, test } from './support/shop';

test('the demo finds as one types, lists all that was found, and counts the choice', async ({ page }) => {
  await openShop(page);
  const field = page.getByRole('combobox', { name: 'Search the shop' });
  const options = page.getByRole('option');
  await field.fill('elehpant');
  await expect(options.first()).toContainText('Elephant');
  await page.screenshot({ path: '.cache/screenshots/find/demo.png' });
  expect(await violations(page, { include: ['shop-header'] })).toEqual([]);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/product\/.*elephant/);
  await expect(options).toHaveCount(0);

  await field.fill('plush');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/search\/plush$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Results for “plush”');
  const found = await idsIn(page, 'grid');
  expect(found.length).toBeGreaterThan(8);
  await expect(field).toHaveValue('plush');
  await cards(page, 'grid').first().locator('a').first().click();
  await expect(page).toHaveURL(new RegExp(`#/product/${found[0]}$`));
  await expect(field).toHaveValue('');
});

test('the demo asks for the meaning of words that only resemble others, and shows these until it knows', async ({
  page,
}) => {
  await openShop(page);
  const options = page.getByRole('option');
  await page.getByRole('combobox', { name: 'Search the shop' }).fill('crockery');
  await expect(options.first()).toContainText('Rice Cracker');
  await expect(options.filter({ hasText: 'Dinner Plate Set' })).toHaveCount(1, { timeout: 60_000 });
  await page.screenshot({ path: '.cache/screenshots/find/mixed.png' });
});

test('the demo says that nothing was found', async ({ page }) => {
  await page.route(/\/bundle\/text-.*\.onnx/, (route) => route.abort());
  await page.goto('/#/search/xyzzyx');
  await expect(page.getByTestId('nothing-found')).toContainText('Nothing found for “xyzzyx”');
});
