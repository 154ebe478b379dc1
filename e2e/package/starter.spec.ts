import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
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
let server: Server;
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
  await run(process.execPath, [join(project, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'], { cwd: shop });
  server = createServer(sirv(join(shop, 'dist'), { dev: true })).listen(0);
  address = `http://localhost:${(server.address() as AddressInfo).port}`;
});
test.afterAll(async () => {
  server?.close();
  await rm(project, { recursive: true, force: true });
});

const list = (page: Page, placement: string) => page.locator(`sidestream-recs[placement=${placement}]`);

test('a shop made by one command recommends, fills a cart and takes an order', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(address);
  await expect(page.locator('[data-products] li')).toHaveCount(24);
  const first = page.locator('sidestream-recs').first();
  await expect(first).toHaveAttribute('state', 'filled');
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

test('a shop can be made from a feed, and never in a folder with files in it', async () => {
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
