import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { readZip } from '../apps/studio/files/zip';
import { openBundle } from '../src/core/catalog';
import type {} from './pages/studio';
import { violations } from './support/accessibility';
import { sidestream } from './support/commands';
import { type Host, serve } from './support/host';
import { PAGES, SITE_PORT } from './support/ports';

const SITE = `http://localhost:${SITE_PORT}/`;
/** Number of pictures that the tests need: those of the first lists and products. */
const PICTURES = 40;

const hosts: Host[] = [];
test.afterEach(() => {
  for (const { close } of hosts.splice(0)) close();
});

/** Opens the last steps of Studio with the bundle of the demo and some of its pictures, as if the first steps had made them. */
async function openStudio(page: Page, step: 'studio-try' | 'studio-take-away', learned = true): Promise<void> {
  await page.goto(`${PAGES}/studio.html`);
  const { manifest, items, shards } = await openBundle(`${SITE}bundle/`);
  const named = [...JSON.stringify(manifest).matchAll(/"file":"([^"]+)"/g)].map(([, file]) => file);
  const files = [...new Set([...named, ...(await shards.allFiles()).map(({ file }) => file)])];
  const images = items.flatMap(({ image = '' }) => /^images\/(.+)/.exec(image)?.[1] ?? []).slice(0, PICTURES);
  await page.evaluate(
    async ({ site, bundle, names }) => {
      await window.studio.fill('bundle', `${site}bundle/`, bundle);
      await window.studio.fill('pictures', `${site}images/`, names);
    },
    { site: SITE, bundle: [...files, 'manifest.json'], names: images },
  );
  await page.evaluate(([name, known]) => window.studio.show(name, known), [step, learned] as const);
}

const shopPage = (lines: string): string =>
  `<!doctype html><html lang="en"><title>Shop</title><main>${lines}</main></html>`;
/** A shop's consent tool, with Google's commands. */
const CONSENT_TOOL = `<script>
    window.dataLayer = [];
    function gtag() { dataLayer.push(arguments); }
    function agree() { localStorage.agreed = '1'; gtag('consent', 'update', { personalization_storage: 'granted' }); }
    gtag('consent', 'default', { personalization_storage: 'denied' });
    if (localStorage.agreed) agree();
  </script>
  <button type="button" onclick="agree()">Yes</button>`;

/** The taken files on an origin of their own: a shopper whom the shop does not know. */
async function shop(folder: string): Promise<Host> {
  const host = await serve({ '/': `${folder}/` });
  hosts.push(host);
  return host;
}

/** Agrees, chooses a product, and loads the page again, which then knows the choice. */
async function expectRemembered(page: Page, address: string): Promise<void> {
  const list = page.locator('sidestream-recs[state=filled]');
  const status = () =>
    list.evaluate((one: HTMLElementTagNameMap['sidestream-recs']) => one.activeRecommender?.status.get());
  await page.goto(address);
  expect(await status()).toMatchObject({ consent: 'pending' });
  await page.getByRole('button', { name: 'Yes' }).click();
  await expect.poll(async () => (await status())?.consent).toBe('granted');
  await list.evaluate((one) => one.addEventListener('itemclick', (event) => event.preventDefault()));
  await list.locator('[part~=link]').first().click();
  await expect.poll(async () => (await status())?.events).toBe(1);
  await page.reload();
  await expect.poll(status).toMatchObject({ consent: 'granted', events: 1 });
}

test('the shop’s own lists follow the clicks, and nothing of that gets to the disk or to another profile', async ({
  page,
}) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('studio-files')) asked.push(request.url());
  });
  await openStudio(page, 'studio-try');
  const cards = page.getByTestId('grid').locator('.card');
  await expect(cards).toHaveCount(30);
  const image = cards.first().locator('img');
  await expect.poll(() => image.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0);
  await expect(page.getByTestId('for-you').locator('[part~=card]').nth(3)).toBeVisible();

  await page.getByTestId('tile-clothing').click();
  await expect(cards.first()).toContainText('Winter Gloves');
  await cards.nth(2).locator('a').click();
  await expect(page.getByTestId('product')).toBeVisible();
  await expect(page.getByTestId('try-choices')).toContainText('from 1 product');
  await expect(page.getByTestId('similar').locator('[part~=card]').first()).toBeVisible();
  // A click in a list opens the product here, and is learned.
  await page.getByTestId('similar').locator('[part~=link]').first().click();
  await expect(page.getByTestId('try-choices')).toContainText('from 2 products');
  // Nobody is asked, and a price has no currency that the feed did not state.
  await expect(page.getByTestId('consent')).toHaveCount(0);
  await expect(page.getByTestId('product')).not.toContainText('€');
  await expect(page.getByTestId('try-gain')).toContainText(/64 shoppers that it never saw[\s\S]*2\.0 ± 0\.5/);
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
  expect(asked.length).toBeGreaterThan(2);
  expect(await violations(page, { include: ['studio-try'] })).toEqual([]);

  await page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link', { name: 'Shop' }).click();
  await expect(page.getByTestId('tile-clothing')).toBeVisible();
  await page.getByTestId('try-forget').click();
  await expect(page.getByTestId('try-choices')).toContainText('Open a few products');
  await page.getByTestId('try-watch').click();
  await expect(page.getByTestId('watch')).toHaveAttribute('data-phase', 'ready');
  await page.getByTestId('watch-step').click();
  await expect(page.getByTestId('watch-said')).toContainText('chooses');
  // The visit has a profile of its own.
  await expect(page.getByTestId('try-choices')).toContainText('Open a few products');
});

test('the zip is a complete recommender for any web server, without encoders as well', async ({ page }) => {
  await openStudio(page, 'studio-take-away', false);
  await expect(page.getByTestId('take-facts')).toContainText('MB');
  expect(await violations(page, { include: ['studio-take-away'] })).toEqual([]);
  const two = (await page.locator('studio-take-away pre code').textContent()) ?? '';
  const guide = (await page.getByRole('region', { name: 'README.txt' }).textContent()) ?? '';
  const [asking = ''] = /<script type="module">\s+import[\s\S]+Privacy choices<\/button>/.exec(guide) ?? [];
  await page.getByLabel('With the encoders').uncheck();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('take-zip').click()]);
  expect(download.suggestedFilename()).toBe('recommender.zip');
  await expect(page.getByTestId('take-done')).toContainText('packed');

  const folder = test.info().outputPath('taken');
  const archive = new Blob([new Uint8Array(await readFile(await download.path()))]);
  for await (const { path, file } of readZip(archive)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), new Uint8Array(await file.arrayBuffer()));
  }
  expect(await readdir(join(folder, 'bundle'))).not.toContainEqual(expect.stringMatching(/onnx$/));
  expect(sidestream('inspect', join(folder, 'bundle'))).toContain('776');
  const host = await serve({ '/below/': `${folder}/` });
  hosts.push(host);
  await page.goto(`${host.origin}/below/index.html`);
  const list = page.locator('sidestream-recs[placement=trending]');
  await expect(list.locator('[part~=card]').first()).toBeVisible();
  await list.locator('[part~=link]').first().click();
  await expect(page.locator('#product h2')).not.toBeEmpty();
  await expect(page.locator('#product sidestream-recs[placement=similar] [part~=card]').first()).toBeVisible();

  await writeFile(join(folder, 'tool.html'), shopPage(`${CONSENT_TOOL}${two}`));
  await writeFile(join(folder, 'asking.html'), shopPage(asking));
  await expectRemembered(page, `${(await shop(folder)).origin}/tool.html`);
  await expectRemembered(page, `${(await shop(folder)).origin}/asking.html`);
});

test('the zip for a Shopify theme has its folders, and a missing file is said in words', { tag: '@nightly' }, async ({
  page,
}) => {
  await openStudio(page, 'studio-take-away');
  await page.getByLabel('Shopify theme').check();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('take-zip').click()]);
  expect(download.suggestedFilename()).toBe('recommender-shopify.zip');
  const paths: string[] = [];
  for await (const { path } of readZip(new Blob([new Uint8Array(await readFile(await download.path()))])))
    paths.push(path);
  const assets = ['manifest.json', 'sidestream.js', 'sidestream-shopify.js'].map((name) => `assets/${name}`);
  expect(paths).toEqual(expect.arrayContaining([...assets, 'sections/sidestream-recs.liquid']));

  await page.evaluate(async () => {
    await window.studio.remove('bundle', 'manifest.json');
    window.studio.show('studio-take-away');
  });
  await expect(page.getByRole('alert')).toContainText('The bundle lacks manifest.json');
});
