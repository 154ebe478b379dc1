import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { readMetricLog, totalsOf } from '../src/evaluate/verdict';
import { CDN_FOLDER } from './support/global-setup';

const root = fileURLToPath(new URL('..', import.meta.url));
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const FOLDERS: Record<string, string> = { sidestream: CDN_FOLDER, bundle: 'dist/bundle', images: 'dist/images' };

/** A shop as its host serves it: the example's pages, the package, the demo's bundle, and an address that takes reports. */
let server: Server;
let origin: string;
/** Bodies that were sent. */
let lines: string[] = [];

test.beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop');
    if (request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += chunk;
      lines.push(body);
      response.writeHead(204).end();
      return;
    }
    const [, first, ...rest] = pathname.split('/');
    const folder = FOLDERS[first];
    const path = folder ? join(root, folder, ...rest) : join(root, 'examples/plain', first);
    try {
      const body = await readFile(path);
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.beforeEach(() => {
  lines = [];
});
test.afterAll(() => void server.close());

async function open(page: Page): Promise<void> {
  await page.goto(`${origin}/pilot.html`);
  await expect(page.locator('sidestream-recs [data-id]').first()).toBeVisible();
  await expect(page.locator('#variant')).toHaveText(/^pilot\/(on|off)$/);
}

/** What the lines sent so far add up to. */
async function added() {
  const log = await readMetricLog([lines.join('\n')]);
  expect(log.rejected).toEqual([]);
  return [...totalsOf(log.days).values()];
}

/** Clicks a card and stays on the page. */
const clickCard = (page: Page) => page.locator('sidestream-recs [data-id] a').first().click({ noWaitAfter: true });
/** Hides the page, as a shopper does who turns to another tab. */
const hide = (page: Page) =>
  page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    Reflect.deleteProperty(document, 'visibilityState');
  });

test('pages, tabs and a reload report one visitor, and no event twice', async ({ context }) => {
  const [one, two] = [await context.newPage(), await context.newPage()];
  await open(one);
  await expect.poll(added).toMatchObject([{ visitors: 1 }]);
  await open(two);
  for (const page of [one, two]) {
    await page.evaluate(() =>
      document.addEventListener('itemclick', (event) => event.preventDefault(), { capture: true }),
    );
    await page.bringToFront();
    await clickCard(page);
    await hide(page);
  }
  await expect.poll(added).toMatchObject([{ visitors: 1, clicks: { visitors: 1, sum: 2, squares: 4 } }]);
  await one.reload();
  await expect(one.locator('#variant')).toHaveText(/pilot/);
  await Promise.all([hide(one), hide(two)]);
  await one.locator('sidestream-recs [data-add-to-cart]').first().click();
  await hide(one);
  await expect.poll(added).toMatchObject([{ visitors: 1, clicks: { sum: 2 }, carts: { visitors: 1, sum: 1 } }]);
  // Neither product nor id of device or list.
  expect(lines.join()).not.toMatch(/itemId|recommendationId|"id"/);
});

test('a click that leaves the page is reported by the next one', async ({ page }) => {
  await open(page);
  await expect.poll(added).toMatchObject([{ visitors: 1 }]);
  await page.locator('sidestream-recs [data-id] a').first().click();
  await page.waitForURL('**/index.html*');
  await open(page);
  await expect.poll(added).toMatchObject([{ visitors: 1, clicks: { visitors: 1, sum: 1, squares: 1 } }]);
});

test('GA4 gets events, and the page shows its lines', async ({ page }) => {
  await open(page);
  await page.locator('sidestream-recs [data-add-to-cart]').first().click();
  await hide(page);
  const events = () => page.evaluate(() => window.dataLayer.map((entry) => JSON.stringify(entry)));
  await expect.poll(events).toContainEqual(expect.stringContaining('"event":"experience_impression"'));
  await expect.poll(events).toContainEqual(expect.stringMatching(/"event":"sidestream_counts".*"carts":1/));
  await expect(page.locator('#lines')).toContainText('"carts":1');
});

test('nothing of a visitor is sent after a refusal, and a new one is after a new consent', async ({ page }) => {
  await open(page);
  await expect.poll(added).toMatchObject([{ visitors: 1 }]);
  await page.evaluate(async () => {
    const list = document.querySelector('sidestream-recs');
    await list?.recommender?.consent('denied');
  });
  lines = [];
  await clickCardQuietly(page);
  await hide(page);
  await page.evaluate(async () => {
    await document.querySelector('sidestream-recs')?.recommender?.settled();
  });
  expect(lines).toEqual([]);
  await page.reload();
  await expect.poll(added).toMatchObject([{ visitors: 1, clicks: { sum: 0 } }]);
});

const clickCardQuietly = async (page: Page): Promise<void> => {
  await page.evaluate(() =>
    document.addEventListener('itemclick', (event) => event.preventDefault(), { capture: true }),
  );
  await clickCard(page);
};

test('a browser that takes no beacon sends by fetch, and says when the server refuses', async ({ page }) => {
  await page.addInitScript(() => {
    navigator.sendBeacon = () => false;
  });
  await open(page);
  await expect.poll(added).toMatchObject([{ visitors: 1 }]);
  const warned = page.waitForEvent('console', { predicate: (message) => message.text().includes('runtime/not-sent') });
  await page.route('**/metrics', (route) => route.fulfill({ status: 503 }));
  await page.locator('sidestream-recs [data-add-to-cart]').first().click();
  await hide(page);
  expect((await warned).text()).toContain('503');
});
