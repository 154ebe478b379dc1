import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import sirv from 'sirv';
import { createProject, linkPackages, run, writeCatalog } from './project';

test.describe.configure({ timeout: 180_000 });

let project: string;
let shop: string;
const servers: Server[] = [];
let address: string;

/** Runs the command of the packed package. */
const sidestream = (...args: string[]) => run('npx', ['--no-install', 'sidestream', ...args], { cwd: project });

test.beforeAll(async () => {
  project = await createProject();
  // Inside the project: its packages are found from there, as after `npm install`.
  shop = join(project, 'my-shop');
  const { stdout } = await sidestream('init', 'my-shop');
  expect(stdout).toContain('npm install');
  await linkPackages(project, ['vite']);
  address = await served(shop);
});
test.afterAll(async () => {
  for (const server of servers) server.close();
  await rm(project, { recursive: true, force: true });
});

/** Builds the pages of a shop and serves them. @returns their address */
async function served(folder: string): Promise<string> {
  await run(process.execPath, [join(project, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'], { cwd: folder });
  const server = createServer(sirv(join(folder, 'dist'), { dev: true })).listen(0);
  servers.push(server);
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

const list = (page: Page, placement: string) => page.locator(`sidestream-recs[placement=${placement}]`);

/** Counts how often lists of the page begin to load, and names the elements that layout shifts move. */
async function countDrawings(page: Page): Promise<() => Promise<{ loaded: number; shifts: string[] }>> {
  await page.addInitScript(() => {
    const drawn: { loaded: number; shifts: string[] } = { loaded: 0, shifts: [] };
    Object.assign(window, { drawn });
    new MutationObserver((changes) => {
      for (const { target } of changes)
        if (target instanceof Element && target.matches('sidestream-recs[state=loading]')) drawn.loaded++;
    }).observe(document, { attributes: true, attributeFilter: ['state'], subtree: true });
    new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries() as (PerformanceEntry & { sources: { node: Node | null }[] })[])
        drawn.shifts.push(...entry.sources.map(({ node }) => String(node?.nodeName)));
    }).observe({ type: 'layout-shift', buffered: true });
  });
  return () => page.evaluate('drawn');
}

test('a shop made by one command recommends, fills a cart and takes an order', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  const drawn = await countDrawings(page);
  await page.goto(address);
  await expect(page.locator('[data-products] li')).toHaveCount(24);
  const first = page.locator('sidestream-recs').first();
  await expect(first).toHaveAttribute('state', 'filled');
  await expect(list(page, 'recent')).toHaveAttribute('state', 'hidden');
  expect(await drawn(), 'each list is drawn once, and nothing moves').toEqual({ loaded: 2, shifts: [] });
  await page.getByRole('button', { name: 'Yes' }).click();
  await expect(page.locator('[data-consent]')).toBeHidden();

  await page.locator('[data-products] a').first().click();
  await expect(page.locator('h1')).not.toHaveText('Product');
  const title = await page.locator('h1').textContent();
  await list(page, 'similar').scrollIntoViewIfNeeded();
  await expect(list(page, 'similar')).toHaveAttribute('state', 'filled');
  await page.getByRole('button', { name: 'Add to cart', exact: true }).first().click();
  await expect(page.locator('[data-count]')).toHaveText('1');

  await page.getByRole('link', { name: /^Cart/ }).click();
  await expect(page.locator('[data-lines] li')).toHaveCount(1);
  await expect(page.locator('[data-lines]')).toContainText(title ?? '');
  await expect(page.locator('[data-with-cart]')).toHaveAttribute('state', 'filled');
  await page.getByRole('button', { name: 'Order' }).click();
  await expect(page.locator('[data-ordered]')).toContainText('Thank you');

  await page.getByRole('link', { name: 'My shop' }).click();
  await expect(page.locator('sidestream-recs[placement=recent] li[data-id]')).toHaveCount(1);
  expect(errors).toEqual([]);
});

test('the cart page has a list, with products and without, and the console warns of nothing', {
  tag: '@nightly',
}, async ({ page }) => {
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('sidestream')) warnings.push(message.text());
  });
  const list = page.locator('sidestream-recs');
  await page.goto(`${address}/cart.html`);
  await expect(page.locator('[data-empty]')).toBeVisible();
  await expect(list.getByRole('heading')).toHaveText('For you');
  await expect(list.locator('[data-id]').first()).toBeVisible();
  await list.locator('[data-add-to-cart]').first().click();
  await expect(page.locator('[data-lines] li')).toHaveCount(1);
  await expect(list.getByRole('heading')).toHaveText('Goes with your cart');
  await page.reload();
  await expect(page.locator('[data-lines] li')).toHaveCount(1);
  await expect(list.locator('[data-id]').first()).toBeVisible();
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(list.getByRole('heading')).toHaveText('For you');
  expect(warnings).toEqual([]);
});

test('a shop can be created from a feed, but never in a folder with files', { tag: '@nightly' }, async () => {
  await writeCatalog(project, 'photos');
  await sidestream('init', 'from-feed', 'catalog.jsonl', '--images', 'photos', '--no-build');
  const about = JSON.parse(await readFile(join(project, 'from-feed', 'package.json'), 'utf8'));
  expect(about.scripts.bundle).toBe(
    'sidestream build catalog.jsonl --out public/bundle --cache .cache/bundle --images public/photos --image-base /photos/',
  );
  expect(await readdir(join(project, 'from-feed', 'public', 'photos'))).toContain('p0.png');
  expect(await readFile(join(project, 'from-feed', 'catalog.jsonl'), 'utf8')).toContain('"p0"');
  await expect(sidestream('init', 'my-shop')).rejects.toMatchObject({
    stderr: expect.stringMatching(/^Error \(runtime\/invalid-input\): my-shop is not empty/),
  });
  const other = await mkdtemp(join(tmpdir(), 'sidestream-empty-'));
  await sidestream('init', other, '--no-build');
  expect(await readdir(other)).toContain('index.html');
  await rm(other, { recursive: true });
});

test('a shop of variants has one entry for each product, and the stated currency', { tag: '@nightly' }, async ({
  page,
}) => {
  const head =
    'Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Cost per item,Status';
  const rows = ['hoodie', 'cap', 'scarf'].flatMap((handle) => [
    `${handle},A ${handle},Size,S,${handle}-s,20.00,shopify,0,9.00,active`,
    `${handle},,,M,${handle}-m,24.00,shopify,3,9.00,`,
  ]);
  await writeFile(
    join(project, 'export.csv'),
    [head, ...rows, 'old,Old,Title,Default Title,old,1,,,,draft'].join('\n'),
  );
  await writeFile(join(project, 'mapping.json'), '{ "variants": true }');
  const options = ['--mapping', 'mapping.json', '--allow-private', '--refusals', 'refused.jsonl', '--currency', 'GBP'];
  const { stdout } = await sidestream('init', 'variants', 'export.csv', ...options);
  expect(stdout).toContain('6 items, 6 without a picture; 1 not published: left out');
  const folder = join(project, 'variants');
  const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  expect(about.scripts.bundle).toBe(
    'sidestream build export.csv --out public/bundle --cache .cache/bundle --mapping mapping.json --refusals refused.jsonl --allow-private',
  );
  expect(await readFile(join(folder, 'mapping.json'), 'utf8')).toContain('variants');
  const readme = await readFile(join(folder, 'README.md'), 'utf8');
  expect(readme).toContain('reads export.csv again');
  expect(readme).not.toContain('catalog.jsonl');
  await page.goto(await served(folder));
  // The first variant is sold out.
  await expect(page.locator('[data-products] small')).toHaveText(['£24.00', '£24.00', '£24.00']);
  await expect(page.locator('sidestream-recs').first().locator('[part=price]').first()).toHaveText('£24.00');
  // No product has a picture: the first letters of their titles are there.
  await expect(page.locator('[data-products] .picture')).toHaveText(['A', 'A', 'A']);
  await expect(page.locator('[data-products] img')).toHaveCount(0);
});

test('a shop takes the currency from its feed, and a wrong path leaves no folder', { tag: '@nightly' }, async () => {
  await writeFile(join(project, 'prices.csv'), 'id,title,price\na,A,12.00 CHF\n');
  await sidestream('init', 'swiss', 'prices.csv', '--no-build');
  expect(await readFile(join(project, 'swiss', 'src', 'currency.js'), 'utf8')).toContain("currency = 'CHF'");
  await writeFile(join(project, 'bare.csv'), 'id,title,price\na,A,12.00\n');
  const { stdout } = await sidestream('init', 'bare', 'bare.csv', '--no-build');
  expect(stdout).toContain('Its prices are in EUR, because the feed names no currency');
  await expect(sidestream('init', 'nowhere', 'bare.csv', '--mapping', 'none.json')).rejects.toMatchObject({
    stderr: expect.stringContaining('catalog/bad-mapping'),
  });
  expect(await readdir(project)).not.toContain('nowhere');
});
