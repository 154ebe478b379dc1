import type { Page } from '@playwright/test';
import { violations } from './support/accessibility';
import { serveOverBundle } from './support/bundle-files';
import { UNTRAINED_FOLDER } from './support/global-setup';
import { eventsOf } from './support/headless';
import { cards, clickProducts, expect, idsIn, openShop, test } from './support/shop';

// The last long file: in both workers it ends sooner, and neither is left without work.
test.describe.configure({ mode: 'parallel' });

/** A pair of tastes that both get an expert without a side model, by its number. */
const PAIR = 10;
const [FIRST, SECOND] = ['Electronics', 'Sport'];
/** Choices of the three chapters. */
const CHAPTERS = [10, 12, 6];
const LENGTH = 12;

const watch = (page: Page) => page.getByTestId('watch');
const press = (page: Page, name: string) => page.getByTestId(`watch-${name}`).click();
/** Opens it with the tastes of a pair. */
async function openWatch(page: Page, pair = PAIR): Promise<void> {
  await page.goto(`/#/watch/${pair}`);
  await expect(watch(page)).toHaveAttribute('data-phase', 'ready');
}
/** Runs the script to its end, as fast as it learns. */
async function runAll(page: Page): Promise<void> {
  await page.getByTestId('watch-speed').selectOption('fastest');
  await press(page, 'play');
  await expect(watch(page)).toHaveAttribute('data-phase', 'done');
}
/** After each choice: the products of both tastes in the list, from the table. */
const countsOf = async (page: Page): Promise<[number, number][]> => {
  const rows = await page.getByTestId('watch-figures').locator('tr').all();
  return Promise.all(
    rows.map(async (row): Promise<[number, number]> => {
      const cells = await row.locator('td').allTextContents();
      return [Number(cells[2]), Number(cells[3])];
    }),
  );
};
const choices = async (page: Page): Promise<number> => (await countsOf(page)).length - 1;
/** Share of a top category in the list that is shown. */
async function shareOf(page: Page, category: string): Promise<number> {
  const all = await page
    .getByTestId('watch-list')
    .locator('li')
    .evaluateAll((list) => list.map((card) => card.getAttribute('data-category')));
  return all.filter((path) => path?.startsWith(`${category}/`)).length / all.length;
}
const PART = { include: ['watch-learning'] };
const statusOf = (page: Page) =>
  page.evaluate(() => document.querySelector('sidestream-recs')?.activeRecommender?.status.get());
const databases = (page: Page) => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));

test('the script runs to its end, the list follows the taste, and the visitor’s own profile stays as it was', async ({
  page,
}) => {
  await openShop(page);
  await page.getByTestId('consent-yes').click();
  await clickProducts(page, 'Tools', 3);
  await expect.poll(async () => (await statusOf(page))?.events).toBeGreaterThanOrEqual(3);
  // The list on the screen may be from before the last click; a page that is loaded again knows them all.
  await page.reload();
  const list = await idsIn(page, 'for-you');
  const log = (await eventsOf(page)).filter(({ type }) => type !== 'impression');

  await openWatch(page);
  expect(await countsOf(page)).toHaveLength(1);
  await runAll(page);
  const counts = await countsOf(page);
  expect(counts).toHaveLength(1 + CHAPTERS[0] + CHAPTERS[1] + CHAPTERS[2]);
  const [settled, away, back] = [CHAPTERS[0], CHAPTERS[0] + CHAPTERS[1], counts.length - 1].map((at) => counts[at]);
  test.info().annotations.push({ type: 'counts', description: JSON.stringify(counts) });
  expect(settled[0]).toBeGreaterThanOrEqual(LENGTH / 2);
  expect(away[1]).toBeGreaterThanOrEqual(LENGTH / 2);
  expect(away[0]).toBeLessThan(LENGTH / 3);
  expect(back[0]).toBeGreaterThanOrEqual(LENGTH / 2);
  expect(back[1]).toBeLessThan(away[1]);
  // The table says what the cards show.
  expect(await shareOf(page, FIRST)).toBeCloseTo(back[0] / LENGTH, 5);
  expect(await shareOf(page, SECOND)).toBeCloseTo(back[1] / LENGTH, 5);
  await expect(page.getByTestId('watch-summary')).toContainText('never said');
  await expect(page.getByTestId('watch-experts')).toContainText('All-rounder');
  await expect(page.getByTestId('watch-own')).toHaveText('Now with your own clicks');

  expect(await databases(page)).toEqual(['sidestream/default']);
  await page.goto('/#/');
  await expect.poll(() => idsIn(page, 'for-you')).toEqual(list);
  expect((await eventsOf(page)).filter(({ type }) => type !== 'impression')).toEqual(log);
});

test('without a side model, one expert is kept for each taste', { tag: '@nightly' }, async ({ page, context }) => {
  await serveOverBundle(context, UNTRAINED_FOLDER);
  await openShop(page);
  await openWatch(page);
  await runAll(page);
  await expect(page.getByTestId('watch-experts')).toContainText('Expert for office');
  await expect(page.getByTestId('watch-experts')).toContainText('Expert for sport');
});

test('pauses, takes one choice, continues, and goes back to the beginning', { tag: '@nightly' }, async ({ page }) => {
  await page.clock.install();
  await openShop(page);
  await openWatch(page);
  // From here on, time passes only as the test says.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1000));
  await page.getByTestId('watch-speed').selectOption('fast');
  await press(page, 'play');
  await expect.poll(() => choices(page)).toBe(1);
  await page.clock.runFor(1000);
  await expect.poll(() => choices(page)).toBe(2);
  await press(page, 'play');
  await expect(watch(page)).toHaveAttribute('data-phase', 'paused');
  await expect(page.getByTestId('watch-spoken')).toHaveText('Paused.');
  await page.clock.runFor(10_000);
  expect(await choices(page)).toBe(2);
  await press(page, 'step');
  await expect.poll(() => choices(page)).toBe(3);
  await expect(page.getByTestId('watch-spoken')).toContainText('Mia chooses');

  await page.clock.resume();
  await runAll(page);
  expect(await choices(page)).toBe(CHAPTERS.reduce((sum, count) => sum + count, 0));
  await press(page, 'restart');
  await expect.poll(() => choices(page)).toBe(0);
  await expect(page.getByTestId('watch-play')).toBeFocused();
});

test('a visit without a number draws its tastes', { tag: '@nightly' }, async ({ page }) => {
  await openShop(page);
  await page.getByTestId('watch-open').click();
  await expect(watch(page)).toHaveAttribute('data-phase', 'ready');
  await expect(page.locator('.chapters')).toContainText('Mia likes');
});

test('on a phone the list and the play bar are in view, and no sentence moves the list', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await openShop(page);
  await openWatch(page);
  await page.getByTestId('watch-speed').selectOption('fastest');
  await press(page, 'play');
  const tops = new Set<number>();
  const list = page.getByTestId('watch-list');
  while ((await watch(page).getAttribute('data-phase')) === 'running') {
    const box = await list.boundingBox();
    tops.add(Math.round((box?.y ?? 0) + (await page.evaluate(() => scrollY))));
  }
  expect([...tops]).toHaveLength(1);
  for (const part of [list, page.getByTestId('watch-own')]) await expect(part).toBeInViewport({ ratio: 1 });
});

test('after “no”, while it runs or before, nothing learns and nothing says so', { tag: '@nightly' }, async ({
  page,
}) => {
  await openShop(page);
  await openWatch(page);
  await page.getByTestId('watch-speed').selectOption('fast');
  await press(page, 'play');
  await expect.poll(() => choices(page)).toBeGreaterThanOrEqual(1);
  await page.getByTestId('privacy').click();
  await expect(page.getByTestId('consent')).toContainText('nothing is noted or learned');
  await page.getByTestId('consent-no').click();
  await expect(page.getByTestId('watch-denied')).toContainText('nothing is learned');
  await expect(page).toHaveTitle(/^Nothing learns here/);
  await expect(page.getByTestId('answered')).toHaveText('Deleted. From now on nothing is noted or learned.');
  await expect(page.getByTestId('privacy')).toBeFocused();
  await expect(page.getByTestId('watch-play')).toHaveCount(0);
  expect(await violations(page, PART)).toEqual([]);

  const claims = /learns|recommended for you|found for you|watch it learn|has learned/i;
  await page.goto('/#/');
  await expect(cards(page, 'for-you').first()).toBeVisible();
  await expect(page.locator('body')).not.toContainText(claims);
  expect(await page.title()).not.toMatch(claims);
  await cards(page, 'for-you').first().locator('a').click();
  await expect(cards(page, 'similar').first()).toBeVisible();
  await expect(page.locator('body')).not.toContainText(claims);
  expect(
    await page.locator('sidestream-recs').evaluateAll((all) => all.some((list) => list.hasAttribute('dismissible'))),
  ).toBe(false);
  await page.getByTestId('inspect').click();
  await expect(page.getByTestId('inspector').getByRole('heading').first()).not.toHaveText(claims);
});

test('the consent question covers and moves no list, and says what “no” means', { tag: '@nightly' }, async ({
  page,
}) => {
  await page.addInitScript(() => {
    Object.assign(window, { shift: 0 });
    new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries()) {
        const { value, hadRecentInput } = entry as unknown as { value: number; hadRecentInput: boolean };
        if (!hadRecentInput) Object.assign(window, { shift: Reflect.get(window, 'shift') + value });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  for (const [width, height] of [
    [375, 667],
    [768, 1024],
    [1280, 800],
  ]) {
    await page.setViewportSize({ width, height });
    for (const place of ['', '#/category/Music']) {
      await page.goto('about:blank');
      await page.goto(`/${place}`);
      await expect(page.getByTestId('consent')).toContainText('No: what was noted so far is deleted');
      await expect(cards(page, 'for-you').first()).toBeVisible();
      const covered = await page.evaluate(() => {
        const [banner] = document.querySelectorAll('.consent');
        const box = banner.getBoundingClientRect();
        return [...document.querySelectorAll('sidestream-recs, shop-grid')].filter((list) => {
          const other = list.getBoundingClientRect();
          const beside =
            other.bottom <= box.top || other.top >= box.bottom || other.right <= box.left || other.left >= box.right;
          return !beside || getComputedStyle(banner).position === 'fixed';
        }).length;
      });
      expect(covered).toBe(0);
      // The chips of a category come with the categories, and move what is below them.
      if (place === '') expect(await page.evaluate(() => Reflect.get(window, 'shift'))).toBeLessThan(0.01);
    }
  }
});

test.describe('accessibility', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  test('has no serious violation in any state, light and dark, and no motion under reduced motion', async ({
    page,
  }) => {
    await openShop(page);
    await openWatch(page);
    expect(await violations(page, PART)).toEqual([]);
    await press(page, 'step');
    await expect.poll(() => choices(page)).toBe(1);
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByTestId('watch-numbers').locator('summary').click();
    expect(await violations(page, PART)).toEqual([]);
    await runAll(page);
    expect(await violations(page, PART)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await violations(page, PART)).toEqual([]);
    // Read from right to left, time goes that way too, and nothing is wider than the page.
    await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
    await page.setViewportSize({ width: 375, height: 812 });
    await expect
      .poll(async () => (await watch(page).locator('.chart circle').first().boundingBox())?.x)
      .toBeLessThan(100);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
  });
});
