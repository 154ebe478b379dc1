import type { Page } from '@playwright/test';
import { clickAll, eventsOf, logOf, serveHeadless, startHeadless } from './support/headless';
import { expect, test } from './support/shop';

test.beforeEach(({ context }) => serveHeadless(context));

/** As if the shopper turned to another tab, or back. */
const turn = (page: Page, to: 'hidden' | 'visible') =>
  page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    document.dispatchEvent(new Event('visibilitychange'));
  }, to);

test('a hidden page does not train; shown again it catches up', async ({ page }) => {
  await startHeadless(page, 'granted');
  await turn(page, 'hidden');
  await clickAll(page, 'Music', 6);
  const hidden = await page.evaluate(() => window.recommender.status());
  expect(hidden.events).toBe(6);
  expect(hidden.backend.learner).toBeNull();
  await turn(page, 'visible');
  await expect
    .poll(() => page.evaluate(async () => (await window.recommender.status()).utilization.text.length))
    .toBeGreaterThan(0);
});

test('what waits is sent at once when the page is hidden, and is kept', async ({ page }) => {
  await startHeadless(page, 'granted');
  const ids = await page.evaluate(async () => {
    const { items } = await window.recommender.browse({ limit: 12 });
    // No timer of the page ever fires from now on, as on a page that is about to go.
    window.setTimeout = (() => 0) as unknown as typeof setTimeout;
    const kept = Promise.all(items.map(({ id }) => window.recommender.track('impression', id)));
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
    await kept;
    return items.map(({ id }) => id);
  });
  expect(await logOf(page)).toEqual(ids);
});

test('an event is kept while the main thread is blocked', async ({ page }) => {
  await startHeadless(page, 'granted');
  const freed = await page.evaluate(async () => {
    const { items } = await window.recommender.browse({ limit: 3 });
    const kept = items.map(({ id }) => window.recommender.track('click', id));
    const end = Date.now() + 2000;
    while (Date.now() < end);
    const freed = Date.now();
    await Promise.all(kept);
    return freed;
  });
  const events = await eventsOf(page);
  expect(events).toHaveLength(3);
  for (const { time } of events) expect(time).toBeLessThan(freed);
});
