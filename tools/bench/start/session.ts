import type { Browser, Page } from 'playwright';
import { listChanged } from './visits';

const LIST = '[data-testid="for-you"]';
const CATEGORY = 'Music';
const CLICKS = 8;

/** A visit to the demo with consent and some clicks. */
export interface Session {
  /** Time from each click to a list with other items, ms. */
  clicks: number[];
  /** Tasks of 50 ms and more on the main thread during these clicks and the learning from them, ms. */
  longTasks: number[];
}

/** @param url of the demo */
export async function session(browser: Browser, url: string): Promise<Session> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: 'commit' });
    await listChanged(page, LIST, '');
    await page.getByTestId('consent-yes').click();
    await page.waitForTimeout(1500);
    await page.evaluate(() => {
      const found: number[] = [];
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) found.push(duration);
      }).observe({ type: 'longtask' });
      Object.assign(window, { longTasks: found });
    });
    const clicks: number[] = [];
    for (let position = 0; position < CLICKS; position++) clicks.push(await clickToList(page, position));
    await page.waitForTimeout(1500);
    const longTasks = await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
    return { clicks, longTasks };
  } finally {
    await context.close();
  }
}

/** Milliseconds from a click on a product to a list with other items, as the shopper's eyes would see it. */
async function clickToList(page: Page, position: number): Promise<number> {
  const home = new URL(page.url());
  home.hash = '#/';
  await page.goto(home.href);
  const list = page.getByTestId('for-you').locator('[data-id]');
  await list.first().waitFor();
  const ids = await list.evaluateAll((all) => all.map((card) => card.getAttribute('data-id')).join());
  home.hash = `#/category/${CATEGORY}`;
  await page.goto(home.href);
  const card = page.getByTestId('grid').locator('[data-id] a').nth(position);
  await card.waitFor();
  const started = await page.evaluate(() => performance.now());
  await card.click();
  return (await listChanged(page, LIST, ids)) - started;
}
