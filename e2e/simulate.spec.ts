import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Page } from '@playwright/test';
import { violations } from './support/accessibility';
import { COMMAND } from './support/commands';
import { expect, test } from './support/shop';
import { serveBundle, smallBundle } from './support/small-bundle';

const run = promisify(execFile);
/** Small enough for a test: shoppers of every kind, and a configuration of each way to make lists. */
const [SHOPPERS, SEED] = [4, 5];
/** Products of the bundle, which has six variants of each. */
const PRODUCTS = 60;
const LEFT_OUT = ['random', 'content', 'terms'];
const METHODS = ['popularity', 'sidestream', 'oracle'];
/** Choices of a visit. */
const STEPS = 60;

let bundle: string;

test.beforeAll(() => {
  bundle = smallBundle(PRODUCTS);
});
test.afterAll(() => rmSync(bundle, { recursive: true }));

test.beforeEach(async ({ context }) => {
  await serveBundle(context, '/small/', bundle);
});

const simulation = (page: Page) => page.getByTestId('simulate');
const press = (page: Page, name: string) => page.getByTestId(`simulate-${name}`).click();

/** Opens the page by its link, with a small simulation in the form. */
async function openSimulation(page: Page): Promise<void> {
  await page.goto('/?bundle=small/');
  await page.getByTestId('simulate-open').click();
  await expect(simulation(page)).toHaveAttribute('data-phase', 'ready');
  await page.getByTestId('simulate-shoppers').fill(String(SHOPPERS));
  await page.getByTestId('simulate-seed').fill(String(SEED));
  for (const name of LEFT_OUT) await page.getByTestId(`simulate-${name}`).uncheck();
}

const PART = { include: ['simulate-shoppers'] };

/** What the command finds, without what depends on the machine. */
async function byCommand(): Promise<object> {
  const asked = ['--shoppers', String(SHOPPERS), '--seed', String(SEED), '--methods', ...METHODS];
  const command = [COMMAND, 'evaluate', '--protocol', 'simulate', '--bundle', bundle, ...asked];
  // One process: the browser computes beside it.
  const { stdout } = await run(process.execPath, [...command, '--no-closed-loop', '--json', '--processes', '1'], {
    maxBuffer: 2 ** 26,
  });
  return foundIn(stdout.trim().split('\n').at(-1) ?? '');
}

function foundIn(line: string): object {
  const { timing, ...found } = JSON.parse(line);
  expect(timing.updateMs).toHaveLength(1);
  return found;
}

const noSideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

test('finds the same as the command, describes and draws it, and leaves the visitor’s profile unchanged', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const command = byCommand();
  // Nothing about the visitor is used, so that "No" changes nothing here.
  await page.goto('/?bundle=small/#/');
  await page.getByTestId('consent-no').click();
  await openSimulation(page);
  await expect(page.getByTestId('simulate-privacy')).toContainText('neither read nor changed');
  expect(await violations(page, PART)).toEqual([]);
  await press(page, 'start');
  await expect(page.getByTestId('simulate-stop')).toBeFocused();
  await expect(simulation(page)).toHaveAttribute('data-phase', 'done', { timeout: 60_000 });
  await expect(page.getByTestId('simulate-spoken')).toContainText(
    'The simulation is done. Follows a change of taste: ',
  );
  await expect(page.getByRole('heading', { name: 'What was found' })).toBeFocused();

  const downloading = page.waitForEvent('download');
  await press(page, 'download');
  const file = await downloading;
  expect(file.suggestedFilename()).toBe(`simulation-${SHOPPERS}-shoppers-seed-${SEED}.json`);
  const line = await readFile(await file.path(), 'utf8');
  expect(foundIn(line)).toEqual(await command);
  const { configurations } = JSON.parse(line);
  expect(configurations.map(({ name }: { name: string }) => name)).toEqual(METHODS);
  // A verdict comes before the numbers, and the numbers are those of the figures.
  const share = ({ figures }: { figures: { hr10: { mean: number } } }) => `${(100 * figures.hr10.mean).toFixed(1)} %`;
  const [popularity, sidestream] = configurations.map(share);
  await expect(page.getByTestId('simulate-found')).toContainText(/All choices\s*(clearly |ahead|behind|no measurable)/);
  await expect(page.getByTestId('simulate-found')).toContainText(
    `${sidestream} in the first ten against ${popularity} with popular products`,
  );
  await press(page, 'copy');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(
    `npx sidestream evaluate --protocol simulate --bundle bundle --shoppers ${SHOPPERS} --seed ${SEED} --methods ${METHODS.join(' ')} --no-closed-loop --json`,
  );

  // Every chart is drawn, says in words what it shows, and has its numbers beside it.
  const figures = page.locator('.chart');
  const charts = figures.getByRole('img');
  const drawn = await figures.count();
  expect(drawn).toBeGreaterThanOrEqual(15);
  await expect(charts).toHaveCount(drawn);
  await expect(charts.first()).toHaveAttribute('aria-label', /^HR@10.*popularity: .*; sidestream: .*; oracle: /);
  await figures.first().locator('summary').click();
  await expect(figures.first().locator('tbody tr')).toHaveCount(METHODS.length);
  await page.getByTestId('simulate-all').locator('summary').click();
  await expect(page.getByTestId('simulate-all').locator('table').first()).toBeVisible();

  expect(await violations(page, PART)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await violations(page, PART)).toEqual([]);
  await page.setViewportSize({ width: 375, height: 812 });
  await expect.poll(() => noSideways(page)).toBe(true);
  await page.evaluate(() => document.documentElement.setAttribute('dir', 'rtl'));
  await expect.poll(() => noSideways(page)).toBe(true);
  expect(await page.evaluate(() => indexedDB.databases())).toEqual([]);
});

test('says what to change in the form, stops, and starts again', async ({ page }) => {
  await openSimulation(page);
  await page.getByTestId('simulate-shoppers').fill('2');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('simulate-spoken')).toHaveText('Not started. Give a whole number from 4 to 500.');
  await expect(page.getByTestId('simulate-shoppers')).toBeFocused();
  await expect(page.getByTestId('simulate-shoppers')).toHaveAttribute('aria-invalid', 'true');
  expect(await violations(page, PART)).toEqual([]);

  await page.getByTestId('simulate-shoppers').fill('500');
  await press(page, 'start');
  const bar = page.getByTestId('simulate-progress').getByRole('progressbar');
  await expect(page.getByTestId('simulate-progress')).toContainText(
    `of ${(500 * STEPS * METHODS.length).toLocaleString('en')} choices`,
  );
  await expect(bar).toHaveAttribute('value', /./);
  await expect(page.getByTestId('simulate-progress')).toContainText('left');
  expect(await violations(page, PART)).toEqual([]);
  await press(page, 'stop');
  await expect(simulation(page)).toHaveAttribute('data-phase', 'stopped');
  await expect(page.getByTestId('simulate-stopped')).toContainText('Nothing was kept');
  await expect(page.getByTestId('simulate-start')).toBeFocused();
  await expect.poll(() => page.workers().filter((worker) => worker.url().includes('simulation')).length).toBe(0);
});

test('says why a simulation cannot run, and runs when it can', async ({ page }) => {
  await openSimulation(page);
  // Lists that learn take longest, and the first test has them.
  for (const name of ['sidestream', 'oracle']) await page.getByTestId(`simulate-${name}`).uncheck();
  await page.route('**/small/manifest.json', (route) => route.fulfill({ status: 503 }));
  await press(page, 'start');
  await expect(page.getByTestId('simulate-failed')).toContainText('bundle/unreachable');
  await expect(page.getByTestId('simulate-start')).toBeFocused();
  expect(await violations(page, PART)).toEqual([]);
  await page.unroute('**/small/manifest.json');
  await press(page, 'start');
  await expect(simulation(page)).toHaveAttribute('data-phase', 'done');
});
