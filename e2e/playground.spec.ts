import type { Page } from '@playwright/test';
import { violations } from './support/accessibility';
import { expect, test } from './support/shop';

const code = (page: Page) => page.getByTestId('playground-code');
const list = (page: Page) => page.locator('list-playground sidestream-recs');
const cards = (page: Page) => list(page).locator('li[data-id]');

async function openPlayground(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByTestId('playground-open').click();
  await expect(list(page)).toHaveAttribute('state', 'filled');
}

/** Opens all groups of settings. */
async function openGroups(page: Page): Promise<void> {
  const closed = page.locator('.play-group:not([open]) > summary');
  while ((await closed.count()) > 0) await closed.first().click();
}

test('the list and the code follow the attributes', async ({ page }) => {
  await openPlayground(page);
  await expect(cards(page)).toHaveCount(8);
  await expect(page.getByLabel('lang', { exact: true })).toBeHidden();
  await openGroups(page);
  await page.getByLabel('limit', { exact: true }).fill('3');
  await page.getByLabel('limit', { exact: true }).blur();
  await expect(cards(page)).toHaveCount(3);
  await expect(code(page)).toContainText(' limit="3"');
  await expect(page.getByTestId('playground-group-what').locator('summary')).toContainText('1 changed');

  await page.getByLabel('lang', { exact: true }).selectOption('de');
  await expect(list(page)).toContainText('Gerade beliebt');
  await page.getByLabel('placement', { exact: true }).selectOption('similar');
  const id = await page.locator('#play-products option').first().getAttribute('value');
  await page.getByLabel('item-id', { exact: true }).fill(id ?? '');
  await page.getByLabel('item-id', { exact: true }).blur();
  await expect(list(page)).toHaveAttribute('state', 'filled');
  await expect(code(page)).toContainText(`placement="similar" item-id="${id}"`);

  await page.getByTestId('playground-reset').click();
  await expect(cards(page)).toHaveCount(8);
  await expect(code(page)).not.toContainText('similar');
});

test('the list follows the rules, and says what is wrong with one', async ({ page }) => {
  await openPlayground(page);
  await openGroups(page);
  const [, second] = await page
    .locator('#play-products option')
    .evaluateAll((options) => options.map((option) => option.getAttribute('value') ?? ''));
  await page.getByTestId('playground-rule-pin').check();
  const pin = page.getByLabel('pin, as JSON');
  await pin.fill(JSON.stringify([{ itemId: second, position: 1 }]));
  await pin.blur();
  await expect(cards(page).nth(1)).toHaveAttribute('data-id', second);
  await expect(code(page)).toContainText(`pin: [{"itemId":"${second}","position":1}],`);

  await pin.fill('[{ "itemId": 3 }]');
  await pin.blur();
  await expect(page.getByTestId('playground-refused')).toContainText('pin.0');
  await pin.fill('[');
  await pin.blur();
  await expect(page.locator('.play-rule .problem')).toContainText('not JSON');
  await expect(code(page)).not.toContainText('pin:');
  // The element sends its attributes as rules, too, even those that are not set.
  await page.getByTestId('playground-rule-pin').uncheck();
  await page.getByTestId('playground-rule-filter').check();
  const filter = page.getByLabel('filter, as JSON');
  await filter.fill(JSON.stringify({ id: second }));
  await filter.blur();
  await expect(cards(page)).toHaveCount(1);
  await expect(cards(page)).toHaveAttribute('data-id', second);
  // The rest of the shop has its own rules still.
  await page.goto('/#/');
  await expect(page.getByTestId('for-you')).toHaveAttribute('state', 'filled');
});

test('the copied code makes the same list in a separate page', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openPlayground(page);
  await openGroups(page);
  await page.getByTestId('playground-rule-categoryCap').check();
  await page.getByTestId('playground-copy').click();
  await expect(page.getByText('Copied.')).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await code(page).textContent());
  expect(copied).toContain('categoryCap: 2,');
});

test('is accessible', async ({ page }) => {
  await openPlayground(page);
  await openGroups(page);
  await page.getByTestId('playground-rule-boost').check();
  expect(await violations(page, { include: ['list-playground'] })).toEqual([]);
});

test('nothing in view moves while it is loaded', async ({ page }) => {
  for (const size of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(size);
    await page.goto('about:blank');
    await page.goto('/#/playground');
    await expect(list(page)).toHaveAttribute('state', 'filled');
    const moved = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0;
          new PerformanceObserver((shifts) => {
            for (const shift of shifts.getEntries()) sum += Number(Reflect.get(shift, 'value'));
          }).observe({ type: 'layout-shift', buffered: true });
          // Buffered entries arrive in the observer's first callback.
          setTimeout(() => resolve(sum), 500);
        }),
    );
    expect(moved, `${size.width} px`).toBeLessThan(0.02);
  }
});
