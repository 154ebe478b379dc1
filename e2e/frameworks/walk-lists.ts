import type { Browser } from '@playwright/test';
import { expect } from '../package/visit';

/** Number of items in the list. */
const LIMIT = 8;

/**
 * Looks at a page that has a list in its HTML: without scripts its links are there; with scripts the same products are ranked in
 * place, and nothing on the page moves.
 * @throws the failed assertion
 */
export async function walkLists(browser: Browser, address: string): Promise<void> {
  const quiet = await browser.newContext({ javaScriptEnabled: false });
  const plain = await quiet.newPage();
  await plain.goto(address);
  const links = plain.locator('sidestream-recs > .sidestream-list').getByRole('link');
  await expect(links).toHaveCount(LIMIT);
  await expect(links.first()).toBeVisible();
  await quiet.close();

  const context = await browser.newContext();
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('pageerror', ({ message }) => trouble.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(message.text());
  });
  await page.addInitScript(() => {
    Reflect.set(globalThis, 'shifts', 0);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        Reflect.set(globalThis, 'shifts', Reflect.get(globalThis, 'shifts') + Reflect.get(entry, 'value'));
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(address);
  const list = page.locator('sidestream-recs:visible');
  await expect(list).toHaveAttribute('state', 'filled');
  const idsOf = (cards: string): Promise<(string | null)[]> =>
    list.locator(cards).evaluateAll((all) => all.map((card) => card.getAttribute('data-id')));
  expect(await idsOf('[part=item]')).toEqual(await idsOf('.sidestream-list > li'));
  await page.waitForLoadState('networkidle');
  expect(await page.evaluate(() => Reflect.get(globalThis, 'shifts'))).toBe(0);
  expect(trouble).toEqual([]);
  await context.close();
}
