import type { BrowserContext, Page } from '@playwright/test';
import { clickAll, expectSameList, listOf, logOf, serveHeadless, startHeadless, statusOf } from './support/headless';
import { expect, test } from './support/shop';

test.beforeEach(({ context }) => serveHeadless(context));

/** Two tabs of the shop; the first one leads. */
async function twoTabs(context: BrowserContext): Promise<[Page, Page]> {
  const first = await context.newPage();
  await startHeadless(first, 'granted');
  await expect.poll(async () => (await statusOf(first)).leading).toBe(true);
  const second = await context.newPage();
  await startHeadless(second);
  expect((await statusOf(second)).leading).toBe(false);
  return [first, second];
}

test('events of all tabs reach one log in order, and every tab knows them', async ({ context }) => {
  const [first, second] = await twoTabs(context);
  const ids = await Promise.all([clickAll(first, 'Music', 12), clickAll(second, 'Tools', 12)]);
  const log = await logOf(first);
  expect(log.toSorted()).toEqual(ids.flat().toSorted());
  for (const own of ids) expect(log.filter((id) => own.includes(id))).toEqual(own);
  for (const page of [first, second]) await expect.poll(async () => (await statusOf(page)).events).toBe(24);
  await expect.poll(async () => (await statusOf(second)).experts.length).toBeGreaterThan(1);
  const settled = (page: Page) => page.evaluate(() => window.recommender.status.settled());
  await Promise.all([settled(first), settled(second)]);
  await expect(async () => expectSameList(await listOf(second), await listOf(first))).toPass({ timeout: 20_000 });
});

test('the next tab leads as soon as the leader is gone, and nothing is lost', async ({ context }) => {
  const [first, second] = await twoTabs(context);
  const ids = await clickAll(first, 'Music', 5);
  await first.close();
  const started = Date.now();
  await expect.poll(async () => (await statusOf(second)).leading, { intervals: [50] }).toBe(true);
  test.info().annotations.push({ type: 'handover', description: `${Date.now() - started} ms` });
  await expect.poll(async () => (await statusOf(second)).events).toBe(5);
  expect(await logOf(second)).toEqual(ids);
});

test('an order that two tabs track at once is kept, counted and learned once', async ({ context }) => {
  const [first, second] = await twoTabs(context);
  const [id] = await clickAll(first, 'Music', 1);
  for (let order = 0; order < 5; order++) {
    const track = (page: Page) =>
      page.evaluate(
        ([item, transactionId]) => window.recommender.track('purchase', item, { transactionId, price: 5 }),
        [id, `T${order}`],
      );
    await Promise.all([track(first), track(second)]);
  }
  for (const page of [first, second]) {
    const { rows } = await page.evaluate(() => window.recommender.experiment.metrics());
    expect(rows.reduce((sum, { purchases }) => sum + purchases, 0)).toBe(5);
  }
  expect(await logOf(first)).toHaveLength(6);
});

test('a denial in one tab holds in every tab, and a starting tab does not recreate the database', async ({
  context,
}) => {
  const [first, second] = await twoTabs(context);
  await clickAll(first, 'Music', 5);
  const third = await context.newPage();
  await third.goto('/headless.html');
  await third.waitForFunction(() => 'sidestream' in window);
  const starting = startHeadless(third);
  await second.evaluate(() => window.recommender.profile.consent('denied'));
  await starting;
  for (const page of [first, second]) await expect.poll(async () => (await statusOf(page)).consent).toBe('denied');
  for (const page of [first, second, third]) {
    await page.evaluate(() => window.recommender.track('click', 'no-item').catch(() => undefined));
    expect((await statusOf(page)).events).toBe(0);
  }
  expect((await statusOf(third)).consent).not.toBe('granted');
  expect(await first.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
});

test('profile.forget() in one tab leaves nothing, and the other tab continues in memory', async ({ context }) => {
  const [first, second] = await twoTabs(context);
  await clickAll(first, 'Music', 5);
  await second.evaluate(() => window.recommender.profile.forget());
  expect(await second.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
  await expect.poll(async () => (await statusOf(first)).consent).toBe('pending');
  await clickAll(first, 'Tools', 3);
  expect((await statusOf(first)).events).toBe(3);
  expect(await first.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
});

test('a tab of older code gives way to newer code at once, and continues in memory', async ({ context }) => {
  const [first] = await twoTabs(context);
  await clickAll(first, 'Music', 5);
  const newer = await context.newPage();
  await newer.goto('/headless.html');
  const opened = await newer.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const opening = indexedDB.open('sidestream/default', 99);
        opening.onsuccess = () => {
          opening.result.close();
          resolve('opened');
        };
        opening.onblocked = () => resolve('blocked');
        opening.onerror = () => resolve('error');
      }),
  );
  expect(opened).toBe('opened');
  await expect.poll(() => first.evaluate(() => window.codes)).toContain('store/newer-schema');
  await clickAll(first, 'Tools', 3);
  expect((await statusOf(first)).events).toBe(8);
  // A visit with the older code leaves what the newer one keeps alone.
  await startHeadless(newer);
  await newer.evaluate(() => window.recommender.status.settled());
  expect(await listOf(newer)).toHaveLength(20);
  const versions = await newer.evaluate(async () => (await indexedDB.databases()).map(({ version }) => version));
  expect(versions).toEqual([99]);
});
