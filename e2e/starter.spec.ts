import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { CDN_FOLDER } from './support/global-setup';

const root = fileURLToPath(new URL('..', import.meta.url));
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const FOLDERS: Record<string, string> = { sidestream: CDN_FOLDER, bundle: 'dist/bundle', images: 'dist/images' };

/** The starter's pages with the demo's bundle, without the bundler that they are made for. */
let server: Server;
let origin: string;

test.beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop');
    const [, first, ...rest] = pathname.split('/');
    const path = FOLDERS[first] ? join(root, FOLDERS[first], ...rest) : join(root, 'starter', first, ...rest);
    try {
      const body = await readFile(path);
      const isOwn = pathname === '/src/shop.js';
      const content = isOwn ? body.toString().replace("from 'sidestream'", "from '/sidestream/sidestream.js'") : body;
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.afterAll(() => void server.close());

test('the cart page has a list, with products and without, and the console warns of nothing', async ({ page }) => {
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.text().includes('sidestream')) warnings.push(message.text());
  });
  const list = page.locator('sidestream-recs');
  await page.goto(`${origin}/cart.html`);
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
