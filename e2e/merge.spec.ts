import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { violations } from './support/accessibility';
import { expectSameList, listOf, serveHeadless, startHeadless, statusOf } from './support/headless';
import { expect, test } from './support/shop';

const example = (name: string): string => fileURLToPath(new URL(`../examples/plain/${name}`, import.meta.url));

/** Serves a device the package and the example's pages. */
async function serve(context: BrowserContext): Promise<void> {
  await serveHeadless(context);
  for (const name of ['two-devices.html', 'two-devices.js', 'shop.css'])
    await context.route(`**/${name}`, (route) => route.fulfill({ path: example(name) }));
}
test.beforeEach(({ context }) => serve(context));

/** A device: a browser with a store of its own, in which the code that learns is loaded. */
async function device(browser: Browser): Promise<Page> {
  const context = await browser.newContext();
  await serve(context);
  const page = await context.newPage();
  await startHeadless(page, 'granted');
  await page.evaluate(() => window.recommender.status.settled());
  return page;
}

const click = (page: Page, category: string, offset: number): Promise<void> =>
  page.evaluate(
    async ([name, from]) => {
      const { items } = await window.recommender.catalog.browse({ category: name, limit: 1, offset: from });
      await window.recommender.track('click', items[0].id);
    },
    [category, offset] as const,
  );

/** Choices in turns on two devices, all of them on a third one. */
async function inTurns(one: Page, two: Page, whole: Page, count: number, from = 0): Promise<void> {
  for (let n = from; n < from + count; n++) {
    const category = n % 2 ? 'Food' : 'Music';
    await click(n % 2 ? two : one, category, n);
    await click(whole, category, n);
  }
  for (const page of [one, two, whole]) await page.evaluate(() => window.recommender.status.settled());
}

/** The learned state, without the parts that depend on the times of the choices. */
const learned = async (page: Page) => {
  await page.evaluate(() => window.recommender.status.settled());
  const { weights, experts, windows, events } = await statusOf(page);
  return {
    list: await listOf(page),
    weights,
    windows,
    events,
    experts: experts.map(({ born: _, ...rest }) => rest),
  };
};

/** Expects that a page learned the same as another, whose list was ranked at another moment: scores fade with the time. */
async function expectSame(page: Page, { list, ...state }: Awaited<ReturnType<typeof learned>>): Promise<void> {
  const { list: own, ...rest } = await learned(page);
  expectSameList(own, list);
  expect(rest).toEqual(state);
}

/** A profile of one page, for another browser. */
const exported = (page: Page, passphrase?: string): Promise<number[]> =>
  page.evaluate(async (secret) => {
    const file = await window.recommender.profile.export(secret);
    return [...new Uint8Array(await file.arrayBuffer())];
  }, passphrase);

const merge = (page: Page, file: number[], passphrase?: string) =>
  page.evaluate(([bytes, secret]) => window.recommender.profile.merge(new Blob([new Uint8Array(bytes)]), secret), [
    file,
    passphrase,
  ] as const);

test('two devices that exchange files know the same as one device that saw both', async ({ browser }) => {
  const [one, two, whole] = [await device(browser), await device(browser), await device(browser)];
  await inTurns(one, two, whole, 24);
  const [first, second] = [await exported(one), await exported(two, 'a secret')];
  expect(await merge(one, second, 'a secret')).toEqual({ added: 12, known: 0, leftOut: 0, exact: true });
  const expected = await learned(whole);
  expect(expected.events).toBe(24);
  await expectSame(one, expected);
  expect(await merge(two, first)).toEqual({ added: 12, known: 0, leftOut: 0, exact: true });
  await expectSame(two, expected);
  expect(await merge(two, first)).toEqual({ added: 0, known: 12, leftOut: 0, exact: true });

  // The next page begins with it, and can go back.
  await startHeadless(one);
  await expectSame(one, expected);
  const codes = await one.evaluate(async () => {
    const all = await window.recommender.profile.snapshots();
    await window.recommender.profile.rollback(all[all.length - 1].id);
    await window.recommender.status.settled();
    return window.codes;
  });
  expect(codes).toEqual([]);
  expect((await statusOf(one)).events).toBe(12);
  for (const page of [one, two, whole]) await page.context().close();
});

test('a tab that does not lead can merge, and the leading tab continues from the result', async ({
  page,
  context,
  browser,
}) => {
  await startHeadless(page, 'granted');
  await page.evaluate(() => window.recommender.status.settled());
  const other = await device(browser);
  for (let n = 0; n < 4; n++) await click(page, 'Music', n);
  for (let n = 0; n < 4; n++) await click(other, 'Food', n);
  const follower = await context.newPage();
  await startHeadless(follower);
  await expect.poll(async () => (await statusOf(follower)).events).toBe(4);
  expect((await statusOf(follower)).leading).toBe(false);
  expect((await merge(follower, await exported(other))).added).toBe(4);
  await expect.poll(async () => (await statusOf(page)).events).toBe(8);
  await expectSame(page, await learned(follower));
  await click(page, 'Music', 9);
  await expect.poll(async () => (await statusOf(follower)).events).toBe(9);
  await other.context().close();
});

test('the example saves and merges a file, and says why it refuses one', async ({ page, browser }) => {
  const other = await device(browser);
  for (let n = 0; n < 5; n++) await click(other, 'Food', n);
  const file = {
    name: 'shop.profile',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(await exported(other)),
  };
  await startHeadless(page, 'granted');
  for (let n = 0; n < 3; n++) await click(page, 'Music', n);
  await page.evaluate(() => window.recommender.status.settled());
  await page.goto('/two-devices.html');
  await expect(page.locator('sidestream-recs [data-id]').first()).toBeVisible();
  const input = page.locator('input[name=file]');
  await input.setInputFiles(file);
  await expect(page.locator('output')).toHaveText('5 events came from the other device; 0 were known here.');
  await expect(page.locator('progress')).toBeHidden();
  await input.setInputFiles({ ...file, buffer: Buffer.from('nonsense') });
  await expect(page.locator('output')).toHaveText(/^The file is damaged/);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a file' }).click();
  await input.setInputFiles(await (await downloading).path());
  await expect(page.locator('output')).toHaveText(
    // On a slow machine the page has also noted what was shown meanwhile.
    /^0 events came from the other device; \d+ were known here\.$/,
  );
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // The list has its own test.
    expect(await violations(page, { exclude: 'sidestream-recs', all: true })).toEqual([]);
    await page.screenshot({ path: `test-results/two-devices-${colorScheme}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 375, height: 800 });
  await page.screenshot({ path: 'test-results/two-devices-phone.png', fullPage: true });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await other.context().close();
});
