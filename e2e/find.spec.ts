import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from '@playwright/test';
import { violations, violationsInSchemes } from './support/accessibility';
import { serveHeadless } from './support/headless';
import { expect, test } from './support/shop';

const SHOTS = fileURLToPath(new URL('../.cache/screenshots/find/', import.meta.url));

/** Keeps a screenshot where they are asked for: `SCREENSHOTS=1`. */
async function shot(page: Page, name: string): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}${name}.png` });
}

const FIELD = '<input type="search" name="q" aria-label="Search the shop" placeholder="What are you looking for?" />';
const page_ = (language: string, inside: string, attributes: string): string => `<!doctype html>
<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>:root { color-scheme: light dark } body { max-width: 40rem; margin: 1rem auto; padding: 0 1rem; font-family: sans-serif }</style>
<main><h1>A shop</h1>
<form action="/results.html"><sidestream-find bundle="/bundle/" href-template="/product.html?id={id}" ${attributes}>${inside}</sidestream-find></form>
<p><a href="#end">A link after it</a></p></main>
<script type="module" src="/sidestream/find.js"></script>`;

/** Serves a page with a search field. */
async function serve(
  context: BrowserContext,
  { language = 'en', inside = FIELD, attributes = '' } = {},
): Promise<void> {
  await serveHeadless(context);
  const html = { contentType: 'text/html' };
  await context.route(/\/find\.html/, (route) => route.fulfill({ body: page_(language, inside, attributes), ...html }));
  await context.route(/\/(results|product)\.html/, (route) =>
    route.fulfill({
      body: '<!doctype html><html lang="en"><title>Next</title><link rel="icon" href="data:,"><h1>Next</h1>',
      ...html,
    }),
  );
}

const field = (page: Page) => page.getByRole('combobox');
const options = (page: Page) => page.getByRole('option');
const find = (page: Page) => page.locator('sidestream-find');
const PART = { include: ['sidestream-find'], all: true };

/** Records the details of the element's events. */
const record = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const details: unknown[] = [];
    Object.assign(window, { details });
    for (const type of ['sidestream-find-select', 'sidestream-find-submit', 'error'])
      document.addEventListener(
        type,
        (event) => {
          const { item, position, text, error } = Reflect.get(event, 'detail') ?? {};
          details.push({ type, id: item?.id, position, text, code: error?.code });
        },
        true,
      );
  });
const recorded = (page: Page): Promise<unknown[]> => page.evaluate(() => Reflect.get(window, 'details'));
/** The device's counts for the results. */
const counted = (page: Page) =>
  page.evaluate(async () => {
    const rows = (await document.querySelector('sidestream-find')?.activeRecommender?.experiment.metrics())?.rows ?? [];
    return rows.find(({ placement }) => placement === 'find');
  });

test('finds as the shopper types, is steered by keyboard, and counts what was seen and chosen', async ({
  page,
  context,
}) => {
  await serve(context);
  await page.goto('/find.html');
  await expect(field(page)).toHaveAccessibleName('Search the shop');
  await expect(field(page)).toHaveAttribute('placeholder', 'What are you looking for?');
  await expect(find(page)).toHaveAttribute('state', 'idle');
  expect(await violations(page, PART)).toEqual([]);
  await record(page);
  await field(page).pressSequentially('plush gor');
  await expect(options(page)).toHaveCount(1);
  await expect(options(page).first()).toContainText('Gorilla Plush');
  await field(page).fill('plsuh');
  await expect(options(page)).toHaveCount(8);
  await expect(field(page)).toHaveAttribute('aria-expanded', 'true');
  await expect(page.getByRole('status')).toHaveText('8 products found');
  await shot(page, 'results');
  expect(await violations(page, PART)).toEqual([]);

  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(options(page).nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(field(page)).toHaveAttribute('aria-activedescendant', 'option-1');
  await shot(page, 'active');
  expect(await violations(page, PART)).toEqual([]);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await expect(field(page)).not.toHaveAttribute('aria-activedescendant', /./);
  await page.keyboard.press('ArrowUp');
  await expect(field(page)).toHaveAttribute('aria-activedescendant', 'option-7');
  await expect(options(page).last()).toBeInViewport();

  await page.keyboard.press('Escape');
  await expect(options(page)).toHaveCount(0);
  await expect(field(page)).toHaveValue('plsuh');
  await page.keyboard.press('ArrowDown');
  await expect(options(page)).toHaveCount(8);
  // In view for a second, a result counts as seen.
  await expect.poll(async () => (await counted(page))?.impressions ?? 0).toBeGreaterThan(3);
  await page.keyboard.press('ArrowDown');
  const id = await options(page).first().getAttribute('data-id');
  await page.evaluate(() => {
    document.addEventListener('sidestream-find-select', (event) => event.preventDefault(), { once: true });
  });
  await page.keyboard.press('Enter');
  await expect.poll(() => recorded(page)).toEqual([{ type: 'sidestream-find-select', id, position: 0 }]);
  await expect(options(page)).toHaveCount(0);
  await expect.poll(async () => (await counted(page))?.clicks).toBe(1);
  await page.keyboard.press('ArrowDown');
  await options(page).first().click();
  await expect(page).toHaveURL(new RegExp(`/product\\.html\\?id=${id}$`));
});

test('closes with the focus, and leaves the order of the page to the Tab key', async ({ page, context }) => {
  await serve(context);
  await page.goto('/find.html');
  await field(page).fill('plush');
  await expect(options(page)).toHaveCount(8);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'A link after it' })).toBeFocused();
  await expect(options(page)).toHaveCount(0);
  await field(page).focus();
  await expect(options(page)).toHaveCount(8);
  await page.getByRole('heading').click();
  await expect(options(page)).toHaveCount(0);
  await field(page).fill('');
  await expect(find(page)).toHaveAttribute('state', 'idle');
});

test('sends the form of the page with Enter, and without script', async ({ page, context, browser, baseURL }) => {
  await serve(context);
  await page.goto('/find.html');
  await field(page).fill('brass bell');
  await expect(options(page)).not.toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/results\.html\?q=brass\+bell$/);

  const plain = await browser.newContext({ javaScriptEnabled: false, baseURL });
  await serve(plain);
  const other = await plain.newPage();
  await other.goto('/find.html');
  await other.getByRole('searchbox', { name: 'Search the shop' }).fill('brass bell');
  await other.keyboard.press('Enter');
  await expect(other).toHaveURL(/\/results\.html\?q=brass\+bell$/);
  await plain.close();
});

test('finds by meaning what no product has in its texts, and says so', async ({ page, context }) => {
  await serve(context);
  await page.goto('/find.html');
  await field(page).fill('footwear');
  await expect(page.locator('sidestream-find [part=note]')).toHaveText(/similar in meaning/, { timeout: 60_000 });
  await expect(options(page)).toHaveCount(8);
  await expect(page.getByRole('status')).toContainText('similar in meaning');
  await shot(page, 'meaning');
  expect(await violations(page, PART)).toEqual([]);
});

test('says that nothing was found if the encoder cannot be loaded, and reports why', async ({ page, context }) => {
  await serve(context);
  await context.route(/\/bundle\/text-.*\.onnx/, (route) => route.abort());
  await page.goto('/find.html');
  await record(page);
  await field(page).fill('xyzzyx');
  await expect(page.locator('sidestream-find [part=message]')).toHaveText('Nothing found for “xyzzyx”.');
  await expect.poll(() => recorded(page)).toContainEqual({ type: 'error', code: 'bundle/unreachable' });
  await shot(page, 'nothing');
  expect(await violations(page, PART)).toEqual([]);
});

test('offers another attempt after a failure', async ({ page, context }) => {
  await serve(context);
  let fails = true;
  await context.route(/\/bundle\/manifest\.json/, (route) => (fails ? route.abort() : route.continue()));
  await page.goto('/find.html');
  await field(page).fill('plush');
  const retry = page.getByRole('button', { name: 'Try again' });
  await expect(retry).toBeVisible();
  await shot(page, 'error');
  expect(await violations(page, PART)).toEqual([]);
  fails = false;
  await retry.click();
  await expect(options(page)).toHaveCount(8);
});

test('has the shop’s own cards, labels in the language of the page, and fits a phone and dark colours', async ({
  page,
  context,
}) => {
  const template =
    '<template><style>p { margin: 0.25rem } img { width: 2rem; height: 2rem }</style><p><img src="{image}" alt=""> <a href="{href}">{title}</a> {price}</p></template>';
  await serve(context, { language: 'ar', inside: template });
  await page.setViewportSize({ width: 390, height: 780 });
  await page.goto('/find.html');
  await expect(field(page)).toHaveAccessibleName('البحث');
  await field(page).fill('plush');
  await expect(options(page)).toHaveCount(8);
  await expect(options(page).first().getByRole('link', { includeHidden: true })).toHaveAttribute('href', /^\/product/);
  await shot(page, 'template-rtl-phone');
  const { x = 0, width = 0 } = (await page.locator('sidestream-find [part=popup]').boundingBox()) ?? {};
  expect(x).toBeGreaterThanOrEqual(0);
  expect(x + width).toBeLessThanOrEqual(390);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/product\.html\?id=/);
});

for (const [language, width] of [
  ['en', 390],
  ['ar', 900],
] as const)
  test(`looks right in ${language} at ${width} px, light and dark`, async ({ page, context }) => {
    await serve(context, { language });
    await page.setViewportSize({ width, height: 700 });
    await page.goto('/find.html');
    await field(page).fill('plush');
    await expect(options(page)).toHaveCount(8);
    expect(await violationsInSchemes(page, PART)).toEqual([]);
    await shot(page, `dark-${language}-${width}`);
    await page.emulateMedia({ colorScheme: 'light' });
    await shot(page, `light-${language}-${width}`);
  });

test('shows outlines while the shop is loading', async ({ page, context }) => {
  await serve(context);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await context.route(/\/bundle\/manifest/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('/find.html');
  await field(page).fill('plush');
  await expect(find(page)).toHaveAttribute('state', 'loading');
  await shot(page, 'loading');
  expect(await violations(page, PART)).toEqual([]);
  release();
  await expect(options(page)).toHaveCount(8);
});
