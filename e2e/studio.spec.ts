import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, expect, type Locator, type Page, test } from '@playwright/test';
import { SHOP_IMAGES, shopFeed } from '../testing/commands';
import { violations } from './support/accessibility';
import { sidestream } from './support/commands';
import { serve } from './support/host';
import { unpackZip } from './support/unpack-zip';

/** Few products, because every test encodes them. */
const PRODUCTS = 24;
const PICTURES = ['1f34e', '1f456', '1f438', '1f45f', '1f528', '1fa91'].map((code) =>
  join(SHOP_IMAGES, `${code}.webp`),
);
const catalogOf = (feed: string) => ({
  name: 'products.jsonl',
  mimeType: 'application/json',
  buffer: Buffer.from(`${feed}{"id":"without a title"}\n`),
});
/** The name of a picture's file that would end its address. */
const ODD_NAME = '50% #1?.webp';
/** A feed with that name, and with two pictures whose names no file can have. */
const oddFeed = (): string =>
  shopFeed(PRODUCTS)
    .replace('"1f34e.webp"', JSON.stringify(ODD_NAME))
    .replace('"id":"item-1"', '"id":"item-1","image":"/images//a.webp"')
    .replace('"id":"item-2"', '"id":"item-2","image":"/images/../b.webp"');

/** Choices of shoppers who go from each product to the next but two. */
function shopLog(): string {
  const lines = ['shopper,product,time'];
  for (let shopper = 0; shopper < 80; shopper++) {
    for (let n = 0; n < 8; n++) {
      const time = new Date(Date.UTC(2026, 0, 1 + n, shopper % 24, shopper)).toISOString();
      lines.push(`${shopper}@example.com,item-${(shopper + 3 * n) % PRODUCTS},${time}`);
    }
  }
  return lines.join('\n');
}

const step = (page: Page, name: string): Locator =>
  page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name });
const alert = (page: Page): Locator => page.getByRole('alert');

async function openStudio(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/studio.html');
  await expect(page.getByRole('heading', { level: 2 })).toBeVisible();
}

/** Chooses files for a place, as its first button does. */
const choose = (page: Page, place: string, files: Parameters<Locator['setInputFiles']>[0]): Promise<void> =>
  page.getByRole('group', { name: place, exact: true }).locator('input:not([webkitdirectory])').setInputFiles(files);

async function readCatalog(page: Page, products = PRODUCTS, feed = shopFeed(products)): Promise<void> {
  await openStudio(page);
  await choose(page, 'Product export', catalogOf(feed));
  await expect(page.getByText(`${products} products`).first()).toBeVisible();
}

async function encode(page: Page, products = PRODUCTS): Promise<void> {
  await step(page, 'Encode').click();
  await page.getByRole('button', { name: `Encode ${products} products` }).click();
}

const made = (page: Page): Locator => page.getByText('The bundle is made:');

test('a shop makes its recommender in five steps, and nothing leaves the tab', async ({ page, baseURL, context }) => {
  test.setTimeout(180_000);
  const foreign: string[] = [];
  context.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${baseURL}/`)) foreign.push(request.url());
    if (request.method() !== 'GET') foreign.push(`${request.method()} ${request.url()}`);
  });
  await readCatalog(page, PRODUCTS, oddFeed());
  await expect(page.getByRole('row', { name: /title/ })).toBeVisible();
  const [apple = '', ...others] = PICTURES;
  await choose(page, 'Pictures', others);
  await expect(page.getByText(`${others.length} pictures found`, { exact: true })).toBeVisible();
  await choose(page, 'Pictures', { name: ODD_NAME, mimeType: 'image/webp', buffer: await readFile(apple) });
  await expect(page.getByText('6 pictures found', { exact: true })).toBeVisible();
  expect(await violations(page)).toEqual([]);

  await encode(page);
  await expect(made(page)).toBeVisible({ timeout: 90_000 });
  await expect(page.getByText('because the WebGPU adapter is software')).toBeVisible();
  await expect(page.getByRole('list', { name: /Nearest to/ })).toHaveCount(5);
  expect(await violations(page)).toEqual([]);

  await step(page, 'Learn').click();
  await choose(page, 'Log', { name: 'log.csv', mimeType: 'text/csv', buffer: Buffer.from(shopLog()) });
  await expect(page.getByText('640 events of 80 shoppers', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Train' }).click();
  await expect(page.getByRole('button', { name: 'Train again' })).toBeVisible({ timeout: 90_000 });
  expect(await violations(page)).toEqual([]);

  await step(page, 'Try').click();
  await expect(page.getByTestId('for-you').locator('[part~=card]').first()).toBeVisible();
  await page.getByTestId('grid').locator('.card a').first().click();
  await expect(page.getByTestId('try-choices')).toContainText('from 1 product');

  await step(page, 'Take away').click();
  const download = page.waitForEvent('download');
  await page.getByTestId('take-zip').click();
  const folder = test.info().outputPath('taken');
  await unpackZip(await (await download).path(), folder);
  expect(foreign).toEqual([]);
  expect(sidestream('inspect', join(folder, 'bundle'))).toContain(`${PRODUCTS}`);
  const manifest = JSON.parse(await readFile(join(folder, 'bundle', 'manifest.json'), 'utf8'));
  expect(manifest.side).toBeTruthy();
  // Pages of any path show the lists, and the test page may be anywhere.
  const host = await serve({ '/test/': `${folder}/` });
  try {
    await page.goto(`${host.origin}/test/index.html`);
    await expect(page.locator('sidestream-recs[placement=trending] [part~=card]').first()).toBeVisible();
    const pictures = page.locator('sidestream-recs img');
    const isShown = (images: Element[]) =>
      images.some((img) => img instanceof HTMLImageElement && img.naturalWidth > 0);
    await expect.poll(() => pictures.evaluateAll(isShown)).toBe(true);
    expect(host.asked).toContainEqual(expect.stringMatching(/^\/images\//));
    await page.goto(`${host.origin}/test/index.html?item=item-0`);
    await expect.poll(() => page.locator('#product img').evaluateAll(isShown)).toBe(true);
  } finally {
    host.close();
  }
});

test('a file that is no catalogue is refused in words, and the catalogue before it stays', async ({ page }) => {
  await readCatalog(page);
  await page.getByText('Read another product export').click();
  await choose(page, 'Another product export', {
    name: 'products.xlsx',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0]),
  });
  await expect(alert(page)).toContainText('products.xlsx');
  await expect(page.getByText(`${PRODUCTS} products`).first()).toBeVisible();
  await page.reload();
  await expect(page.getByText(`${PRODUCTS} products`).first()).toBeVisible();
});

test('a tab that is closed midway continues where it was', { tag: '@nightly' }, async ({ page, context }) => {
  // So many that encoding still runs when its first progress has been seen.
  const products = 160;
  await readCatalog(page, products);
  await encode(page, products);
  await expect(page.getByText(new RegExp(`Texts: [1-9]\\d* of ${products}`))).toBeVisible({ timeout: 60_000 });
  await page.close();
  const again = await context.newPage();
  await openStudio(again);
  await expect(again.getByText('Welcome back.')).toBeVisible();
  await encode(again, products);
  await expect(made(again)).toBeVisible({ timeout: 60_000 });
  const kept = await fact(again, 'Kept from before');
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(products);
});

test('a full disk ends in words, and no encoded product is lost', { tag: '@nightly' }, async ({ page, context }) => {
  await readCatalog(page);
  const origin = new URL(page.url()).origin;
  const session = await context.newCDPSession(page);
  const { usage } = await session.send('Storage.getUsageAndQuota', { origin });
  // Enough for the encoded products, not for the bundle, which has the encoders.
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 2e6 });
  await encode(page);
  await expect(alert(page)).toContainText('no room left', { timeout: 60_000 });
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(made(page)).toBeVisible({ timeout: 60_000 });
  expect(await fact(page, 'Kept from before')).toBe(PRODUCTS);
});

test('a GPU that is lost leaves the work to the processor', { tag: '@nightly' }, async ({ page, context }) => {
  await loseGpus(context);
  await readCatalog(page);
  await encode(page);
  await expect(page.getByText('graphics processor (WebGPU)')).toBeVisible();
  await expect(made(page)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('because the GPU was lost')).toBeVisible();
});

/** The sum of the layout shifts since the last call. */
const shifts = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const since = Number(sessionStorage.shiftsSince ?? 0);
        sessionStorage.shiftsSince = performance.now();
        const observer = new PerformanceObserver((list) => {
          observer.disconnect();
          const all = list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[];
          resolve(all.reduce((sum, one) => sum + (one.startTime > since && !one.hadRecentInput ? one.value : 0), 0));
        });
        observer.observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => resolve(0), 500);
      }),
  );

/** A page of a shop whose scripts would say so. */
const OWN_PAGE = `<!doctype html><html lang="en"><head><title>My shop</title>
  <link rel="canonical" href="https://shop.example/"><script>document.title = 'it ran';</script></head>
  <body><main><section><h1>My shop</h1></section><section><p>Our news</p></section></main></body></html>`;

test('somebody without an export tries Studio with the sample, and sees the list on their own page', async ({
  page,
}) => {
  test.setTimeout(240_000);
  // Few products are encoded sooner.
  await page.route('**/sample/products.jsonl', async (route) => {
    const response = await route.fetch();
    const lines = (await response.text()).split('\n').slice(0, PRODUCTS);
    await route.fulfill({ response, body: lines.join('\n') });
  });
  await openStudio(page);
  const results = page.getByRole('list', { name: 'What the steps give' }).locator('img');
  await expect(results).toHaveCount(4);
  for (const picture of await results.all())
    await expect.poll(() => picture.evaluate((one: HTMLImageElement) => one.naturalWidth)).toBeGreaterThan(0);
  expect(await violations(page, { all: true })).toEqual([]);
  expect(await shifts(page)).toBeLessThan(0.02);
  await page.getByRole('button', { name: 'Try it with 199 sample products' }).click();
  await expect(page.getByText(`${PRODUCTS} pictures found`, { exact: true })).toBeVisible();
  // The sample states its currency.
  await expect(page.getByLabel('Currency of the prices')).toHaveValue('EUR');
  const categories = await page.locator('.studio-product small').allTextContents();
  expect(new Set(categories).size).toBe(categories.length);
  await page.getByLabel('Currency of the prices').selectOption('CHF');
  await expect(page.locator('.studio-product').first()).toContainText('CHF');
  await page.getByLabel('Address of a product’s page').fill('/p/{id}.html');
  await page.getByLabel('Address of a product’s page').press('Tab');
  expect(await violations(page)).toEqual([]);
  expect(await shifts(page)).toBeLessThan(0.02);

  await encode(page);
  await expect(made(page)).toBeVisible({ timeout: 90_000 });
  expect(await shifts(page)).toBeLessThan(0.02);
  await step(page, 'Learn').click();
  await page.getByRole('button', { name: 'Use the sample visits' }).click();
  await expect(page.getByRole('button', { name: 'Train' })).toBeVisible();
  expect(await violations(page)).toEqual([]);

  await step(page, 'Try').click();
  await page.getByLabel('Address of a page of your shop').fill('http://localhost:9/');
  await page.getByRole('button', { name: 'Show the list on it' }).click();
  await expect(alert(page)).toContainText('paste it here');
  await page.getByLabel('Address of a page of your shop').fill(OWN_PAGE);
  await page.getByRole('button', { name: 'Show the list on it' }).click();
  const own = page.frameLocator('iframe');
  const list = own.locator('sidestream-recs[state=filled]');
  await expect(list.locator('[part~=card]').first()).toContainText('CHF');
  await expect(own.locator('main > :last-child')).toHaveAttribute('placement', 'for-you');
  await own.getByRole('heading', { name: 'My shop' }).click();
  await expect(own.locator('main > :nth-child(2)')).toHaveAttribute('placement', 'for-you');
  expect(await own.locator('html').evaluate(() => document.title)).toBe('My shop');
  expect(await shifts(page)).toBeLessThan(0.02);

  await step(page, 'Take away').click();
  await expect(page.getByRole('region', { name: 'The two lines to paste' })).toContainText(
    'currency="CHF" href-template="/p/{id}.html"',
  );
  await expect(page.getByTestId('take-first')).toContainText(
    /A shopper loads \d{2,3} kB for the first list.*MB only who searches by description or by photo/s,
  );
  expect(await violations(page)).toEqual([]);
});

/** A picture of one opaque pixel. */
const PHOTO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNYsGABAAMEAYFyYhLLAAAAAElFTkSuQmCC',
  'base64',
);

test('columns with names of their own are chosen in menus, and photographs fill their tiles', async ({ page }) => {
  await openStudio(page);
  const rows = ['Kuerzel;Ware;Foto', ...Array.from({ length: 6 }, (_, n) => `k${n};Lamp ${n};photo.png`)];
  await choose(page, 'Product export', {
    name: 'export.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(rows.join('\n')),
  });
  await expect(alert(page)).toContainText('no usable product');
  await page.getByRole('combobox', { name: 'What: its number or code', exact: true }).selectOption('Kuerzel');
  await page.getByRole('combobox', { name: 'Name', exact: true }).selectOption('Ware');
  await expect(page.getByRole('combobox', { name: 'Picture', exact: true })).toHaveValue('Foto');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Read again with these columns' }).click();
  await expect(page.getByText('6 products').first()).toBeVisible();
  await choose(page, 'Pictures', { name: 'photo.png', mimeType: 'image/png', buffer: PHOTO });
  await expect(page.locator('.studio-product img.photo')).toHaveCount(6);
  // The worker has forgotten the columns, and the browser has not.
  await page.reload();
  await encode(page, 6);
  await expect(made(page)).toBeVisible({ timeout: 60_000 });
  await step(page, 'Learn').click();
  const log = ['Kunde;Artikelkuerzel;Tag', 'a;k1;2026-01-01', 'a;k2;2026-01-02', 'b;k1;2026-01-03'].join('\n');
  await choose(page, 'Log', { name: 'log.csv', mimeType: 'text/csv', buffer: Buffer.from(log) });
  await page.getByRole('combobox', { name: 'What', exact: true }).selectOption('Artikelkuerzel');
  await page.getByRole('combobox', { name: 'Who', exact: true }).selectOption('Kunde');
  await page.getByRole('combobox', { name: 'When', exact: true }).selectOption('Tag');
  await page.getByRole('button', { name: 'Read again with these columns' }).click();
  await expect(page.getByText('3 events of 2 shoppers', { exact: true })).toBeVisible();
});

const DATA = fileURLToPath(new URL('../../shared/data/', import.meta.url));

test.describe('real exports (skipped without ../shared/data)', () => {
  test.skip(!existsSync(DATA), 'there is no folder ../shared/data');

  test('a Shopify export in German is read and encoded', { tag: '@nightly' }, async ({ page }) => {
    await openStudio(page);
    await choose(page, 'Product export', join(DATA, 'shop-german/products_export.csv'));
    await expect(page.getByText('in German').first()).toBeVisible();
    await step(page, 'Encode').click();
    await page.getByRole('button', { name: /^Encode \d+ products$/ }).click();
    await expect(made(page)).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('Texts are compared by their words')).toBeVisible();
  });

  test('a Magento export with its folder of pictures is read and encoded', { tag: '@nightly' }, async ({ page }) => {
    test.setTimeout(180_000);
    await openStudio(page);
    await choose(page, 'Product export', join(DATA, 'shop-magento/catalog.jsonl'));
    await page
      .getByRole('group', { name: 'Pictures', exact: true })
      .locator('input[webkitdirectory]')
      .setInputFiles(join(DATA, 'shop-magento/images'));
    await expect(page.getByText('199 pictures found', { exact: true })).toBeVisible({ timeout: 60_000 });
    await step(page, 'Encode').click();
    await page.getByRole('button', { name: 'Encode 199 products' }).click();
    await expect(made(page)).toBeVisible({ timeout: 120_000 });
    expect(await fact(page, 'Without a picture')).toBe(0);
    // The dropped folder is the folder of the pictures, not one in it.
    expect(await imagesOf(page)).toContain('/images/MH01.jpg');
  });

  test('the log of a gift shop is read, and its unknown products are counted', { tag: '@nightly' }, async ({
    page,
  }) => {
    await readCatalog(page);
    await encode(page);
    await expect(made(page)).toBeVisible({ timeout: 60_000 });
    await step(page, 'Learn').click();
    await choose(page, 'Log', join(DATA, 'onlineretail/events.csv'));
    await expect(alert(page)).toContainText('No event is about an item of this bundle', { timeout: 60_000 });
  });
});

test('a browser that writes files only in place keeps and makes the same', { tag: '@nightly' }, async ({
  page,
  context,
}) => {
  // As in Safari before 26: only workers write, with a handle that blocks.
  await inScripts(context, 'build-worker', 'delete FileSystemFileHandle.prototype.createWritable;');
  await context.addInitScript('delete FileSystemFileHandle.prototype.createWritable;');
  await readCatalog(page);
  await choose(page, 'Pictures', PICTURES);
  await expect(page.getByText('6 pictures found', { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByText('Welcome back.')).toBeVisible();
  await step(page, 'Catalogue').click();
  await expect(page.getByText('6 pictures found', { exact: true })).toBeVisible();
  await encode(page);
  await expect(made(page)).toBeVisible({ timeout: 60_000 });
});

test('a private window without files is told what to do', async ({ page }) => {
  await page.addInitScript(() => {
    StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException('Security error', 'SecurityError'));
  });
  await page.goto('/studio.html');
  await expect(page.getByText('in a window that is not private')).toBeVisible();
});

/** The first products of the bundle, with their pictures. */
const imagesOf = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const bundle = await (await root.getDirectoryHandle('sidestream-studio')).getDirectoryHandle('bundle');
    for await (const [name, handle] of bundle.entries())
      if (name.startsWith('head-')) {
        const file = await (handle as FileSystemFileHandle).getFile();
        return new Response(file.stream().pipeThrough(new DecompressionStream('gzip'))).text();
      }
    return '';
  });

/** The number that the result of the encoding states. */
const fact = async (page: Page, name: string): Promise<number> =>
  Number(await page.locator('dl div', { hasText: name }).locator('dd').textContent());

/** Makes workers take the software adapter for hardware, and lose each of its devices at once. */
async function loseGpus(context: BrowserContext): Promise<void> {
  const lose = `
    Object.defineProperty(GPUAdapter.prototype, 'info', { get: () => ({ architecture: 'test', isFallbackAdapter: false }) });
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (descriptor) {
      const device = await requestDevice.call(this, descriptor);
      setTimeout(() => device.destroy(), 50);
      return device;
    };`;
  // The worker that encodes is a worker's worker, whose script the browser does not route; the runtime that it loads is routed.
  await inScripts(context, 'build-worker|web-runtime', lose);
}

/** Runs code before that of scripts of the page. @param names of their chunks, separated by `|` */
const inScripts = (context: BrowserContext, names: string, code: string): Promise<unknown> =>
  context.route(new RegExp(`assets/(${names})-[^/]*\\.js$`), async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `{${code}}${await response.text()}` });
  });
