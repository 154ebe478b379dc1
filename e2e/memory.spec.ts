import type { Page } from '@playwright/test';
import { logOf, serveHeadless, startHeadless } from './support/headless';
import { expect, test } from './support/shop';

const EVENTS = 10_000;
/** Tracked at once: the log keeps their order. */
const AT_ONCE = 100;

/** Tracks clicks on the products of the shop, round and round. */
const clickThrough = (page: Page, count: number) =>
  page.evaluate(
    async ([events, atOnce]) => {
      const { items } = await window.recommender.catalog.browse({ limit: 1000 });
      for (let first = 0; first < events; first += atOnce) {
        const batch = Array.from({ length: atOnce }, (_, n) => items[((first + n) * 17) % items.length].id);
        await Promise.all(batch.map((id) => window.recommender.track('click', id)));
      }
      await window.recommender.status.settled();
    },
    [count, AT_ONCE] as const,
  );

/** Size of the profile in bytes, and its number of experts. */
const inUse = (page: Page) =>
  page.evaluate(async () => {
    const { experts } = await window.recommender.status.get();
    const { size } = await window.recommender.profile.export();
    return { size, experts: experts.length };
  });

test('after 10,000 events, the profile is bounded and a log over its budget is cut', { tag: '@nightly' }, async ({
  page,
  context,
}) => {
  test.setTimeout(600_000);
  await serveHeadless(context);
  await startHeadless(page, 'granted');
  await clickThrough(page, EVENTS / 10);
  const early = await inUse(page);
  await clickThrough(page, EVENTS - EVENTS / 10);
  const late = await inUse(page);
  test.info().annotations.push({ type: 'memory', description: JSON.stringify({ early, late }) });
  // Experts come and go, at most 4 with 2 candidates.
  expect(late.experts).toBeLessThanOrEqual(6);
  // The file has the profile and every event, by type, item and time.
  expect(late.size).toBeLessThan(600_000 + 30 * EVENTS);

  // Five million bytes and more.
  await page.evaluate(async () => {
    const { items } = await window.recommender.catalog.browse({ limit: 100 });
    for (let n = 0; n < 420; n++) {
      await Promise.all(items.map(({ id }) => window.recommender.track('impression', id)));
    }
    await window.recommender.status.settled();
  });
  // Events that the profile before the newest does not know yet stay.
  await expect.poll(async () => (await logOf(page)).length).toBeLessThanOrEqual(42_000);
  await startHeadless(page);
  expect((await page.evaluate(() => window.recommender.status.get())).events).toBe(EVENTS);
});

test('a page retains neither answered lists nor the signals that they waited with', async ({ page, context }) => {
  await serveHeadless(context);
  await startHeadless(page, 'pending');
  const session = await context.newCDPSession(page);
  /** Bytes in use after more lists. */
  const after = async (lists: number): Promise<number> => {
    await page.evaluate(async (count) => {
      const { signal } = new AbortController();
      const ask = (n: number) =>
        window.recommender.recommend({ limit: 1 }, n % 2 === 0 ? {} : { signal, timeout: 60_000 });
      for (let n = 0; n < count; n += 50) await Promise.all(Array.from({ length: 50 }, (_, m) => ask(n + m)));
    }, lists);
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  };
  await after(500);
  const early = await after(500);
  const late = await after(2000);
  // A list takes more than a thousand bytes, and what is left of a promise a hundred.
  expect(late - early).toBeLessThan(50 * 2000);
});
