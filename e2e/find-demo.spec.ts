import { SEARCH_QUERIES, type SearchQuery } from '../testing/search-queries';
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

/** The fault of the first products that a search found; empty without one. */
function faultOf({ text, wants, not = [] }: SearchQuery, found: readonly string[]): string {
  const has = (what: string): boolean => found.some((product) => product.includes(what));
  const missing = wants.filter((what) => !has(what));
  const unwanted = wants.length === 0 && not.length === 0 ? found : not.filter(has);
  if (missing.length + unwanted.length === 0) return '';
  return `${text}: without ${missing.join(', ') || 'nothing'}, with ${unwanted.join(', ') || 'nothing'}, of ${found.join('; ')}`;
}

/** Searches that fail: words that the small text encoder does not know, and a form of another word. */
const MAX_FAULTS = 6;

test('searches of a shopper put first what they are for', async ({ page }) => {
  await openShop(page);
  const found = await page.evaluate(
    async (queries) => {
      const field = document.querySelector('sidestream-find');
      const all: string[][] = [];
      for (const text of queries) {
        const response = await field?.recommender?.find({ text, limit: 5, meaning: true, hint: false });
        all.push((response?.items ?? []).map(({ item }) => `${item.title} (${item.category})`));
      }
      return all;
    },
    SEARCH_QUERIES.map(({ text }) => text),
  );
  const faults = SEARCH_QUERIES.map((query, n) => faultOf(query, found[n])).filter((fault) => fault !== '');
  console.log(faults.join('\n'));
  expect(faults.length, faults.join('\n')).toBeLessThanOrEqual(MAX_FAULTS);
});

test('the demo asks for the meaning of words that only resemble others, and shows these until it knows', async ({
  page,
}) => {
  await openShop(page);
  const options = page.getByRole('option');
  await page.getByRole('combobox', { name: 'Search the shop' }).fill('televison');
  await expect(options.first()).toContainText('Retro Television');
  await expect(options.filter({ hasText: 'Retro Receiver' })).toHaveCount(1, { timeout: 60_000 });
  await page.screenshot({ path: '.cache/screenshots/find/mixed.png' });
});

test('the demo says that nothing was found', async ({ page }) => {
  await page.route(/\/bundle\/text-.*\.onnx/, (route) => route.abort());
  await page.goto('/#/search/xyzzyx');
  await expect(page.getByTestId('nothing-found')).toContainText('Nothing found for “xyzzyx”');
});
