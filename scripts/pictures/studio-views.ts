import { basename, join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { folderFetch } from '../../packages/cli/bundler';
import { type Item, openBundle } from '../../src/core/catalog';
import { seededRandom } from '../../src/core/common/random';

/** Folder of the demo, which the pictures show as the shop. */
const SHOP = 'dist';
const PRODUCTS = 100;
/** Few categories, in which these products have others like them. */
const SHELVES = /^(Food|Clothing|Music|Sport)/;

/** Products of the demo with the files of their pictures. */
async function demoProducts(): Promise<{ items: Item[]; pictures: string[] }> {
  const { items: all } = await openBundle(folderFetch(join(SHOP, 'bundle')));
  const items = all
    .filter(({ image, category }) => image?.startsWith('images/') && SHELVES.test(category))
    .slice(0, PRODUCTS);
  return { items, pictures: items.map(({ image }) => join(SHOP, image ?? '')) };
}

/** A log of shoppers who stay within a category. */
function logOf(items: readonly Item[]): string {
  const random = seededRandom(5);
  const drawn = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)];
  const shelf = ({ category }: Item): string => category.split('/')[0];
  const shelves = [...new Set(items.map(shelf))];
  const lines = ['customer,product,time'];
  for (let shopper = 0; shopper < 400; shopper++) {
    const name = drawn(shelves);
    const own = items.filter((item) => shelf(item) === name);
    for (let n = 0; n < 8; n++) {
      const time = new Date(Date.UTC(2026, 0, 1 + n, shopper % 24, shopper % 60)).toISOString();
      lines.push(`${shopper}@shop.example,${drawn(random() < 0.8 ? own : items).id},${time}`);
    }
  }
  return lines.join('\n');
}

const choose = (page: Page, place: string, files: Parameters<Locator['setInputFiles']>[0]): Promise<void> =>
  page.getByRole('group', { name: place, exact: true }).locator('input:not([webkitdirectory])').setInputFiles(files);
const open = (page: Page, step: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name: step }).click();

/** Step 1 of Studio, with the products of the demo. */
export async function studioCatalog(page: Page): Promise<void> {
  const { items, pictures } = await demoProducts();
  const text = items.map((item) => JSON.stringify({ ...item, image: basename(item.image ?? '') })).join('\n');
  await page.goto('/studio.html');
  await choose(page, 'Product export', {
    name: 'products.jsonl',
    mimeType: 'application/json',
    buffer: Buffer.from(text),
  });
  await page.locator('.studio-product').first().waitFor();
  await choose(page, 'Pictures', pictures);
  await page.getByText(`${items.length} pictures found`, { exact: true }).waitFor();
  await page.evaluate(() => scrollTo(0, 0));
}

/** Step 2, done. */
export async function studioEncode(page: Page): Promise<void> {
  await studioCatalog(page);
  await open(page, 'Encode');
  await page.getByRole('button', { name: /^Encode/ }).click();
  await page.getByText('The bundle is made:').waitFor({ timeout: 180_000 });
  await page.evaluate(() => scrollTo(0, 0));
}

/** Step 3, done. */
export async function studioLearn(page: Page): Promise<void> {
  const { items } = await demoProducts();
  await studioEncode(page);
  await open(page, 'Learn');
  await choose(page, 'Log', { name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from(logOf(items)) });
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByRole('button', { name: 'Train again' }).waitFor({ timeout: 180_000 });
  await page.evaluate(() => scrollTo(0, 0));
}

/** Step 4, with a product opened. */
export async function studioTry(page: Page): Promise<void> {
  await studioEncode(page);
  await open(page, 'Try');
  await page.getByTestId('grid').locator('.card a').first().click();
  await page.getByTestId('similar').locator('[part~=card]').first().waitFor();
  await page.mouse.move(0, 0);
  await page.evaluate(() => scrollTo(0, 0));
}

/** Step 5. */
export async function studioTakeAway(page: Page): Promise<void> {
  await studioEncode(page);
  // The host of the pictures has other scripts at this address.
  await page.route('**/sidestream/*', (route) =>
    route.fulfill({ path: join(SHOP, new URL(route.request().url()).pathname) }),
  );
  await open(page, 'Take away');
  await page.getByTestId('take-facts').waitFor();
  await page.mouse.move(0, 0);
  await page.evaluate(() => scrollTo(0, 0));
}
