import { clickAll, eventsOf, logOf, serveHeadless, startHeadless } from './support/headless';
import { expect, test } from './support/shop';

test.beforeEach(({ context }) => serveHeadless(context));

test('learning loads no compute library', async ({ page }) => {
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  await startHeadless(page, 'granted');
  await clickAll(page, 'Music', 12);
  const { experts } = await page.evaluate(async () => {
    await window.recommender.status.settled();
    return window.recommender.status.get();
  });
  expect(experts[0].choices).toBe(12);
  expect(experts.map(({ state }) => state)).toContain('candidate');
  expect(fetched.filter((url) => /tfjs|\.wasm/.test(url))).toEqual([]);
});

test('waiting impressions are sent and stored at once when the page is hidden', async ({ page }) => {
  await startHeadless(page, 'granted');
  const ids = await page.evaluate(async () => {
    const { items } = await window.recommender.catalog.browse({ limit: 12 });
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
    const { items } = await window.recommender.catalog.browse({ limit: 3 });
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
