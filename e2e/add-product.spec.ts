import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { cards, clickProducts, expect, idsIn, openShop, products, test } from './support/shop';

/** Adds a product to the catalogue of this device, with an image that no catalogue has: an apple drawn on a canvas. @returns its id */
async function addApple(page: Page, title: string): Promise<string> {
  const id = await page.evaluate(async (name) => {
    const canvas = new OffscreenCanvas(320, 280);
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#d22';
    context.beginPath();
    context.ellipse(160, 160, 100, 90, 0, 0, 7);
    context.fill();
    context.fillStyle = '#273';
    context.fillRect(155, 40, 12, 50);
    const image = await canvas.convertToBlob();
    const recommender = document.querySelector('sidestream-recs')?.activeRecommender;
    const added = await recommender?.catalog.insert({ title: name, category: 'Food/Fruit', price: 2, image });
    return added?.id ?? '';
  }, title);
  await page.goto(`/#/product/${id}`);
  await expect(page.getByRole('heading', { name: title })).toBeVisible();
  return id;
}

test('a new product is encoded on the device, is similar to its kind, is recommended at once, and with consent is there after a reload', async ({
  page,
}) => {
  await openShop(page);
  await page.getByTestId('consent-yes').click();
  await clickProducts(page, 'Food/Fruit', 4);
  const id = await addApple(page, 'Crisp Red Apple');
  const category = new Map(products().map((product) => [product.id, product.category]));
  const similar = await idsIn(page, 'similar');
  const food = similar.filter((other) => category.get(other)?.startsWith('Food/'));
  expect(food.length).toBeGreaterThan(similar.length / 2);

  // It was never part of training: its features alone bring it into the list for the shopper and those of similar products.
  await page.goto('/#/');
  await expect.poll(() => idsIn(page, 'for-you')).toContain(id);
  await page.goto(`/#/product/${similar[0]}`);
  await expect.poll(() => idsIn(page, 'similar')).toContain(id);

  await page.goto(`/#/product/${encodeURIComponent(id)}`);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Crisp Red Apple' })).toBeVisible();
  expect(page.url()).toContain(encodeURIComponent(id));
});

test('a product with a broken image is refused', async ({ page }) => {
  await openShop(page);
  const refused = await page.evaluate(async () => {
    const recommender = document.querySelector('sidestream-recs')?.activeRecommender;
    const image = new Blob(['no picture at all'], { type: 'image/png' });
    return recommender?.catalog.insert({ title: 'Broken', image }).catch(({ code, message }) => `${code}: ${message}`);
  });
  expect(refused).toMatch(/^encoder\/bad-image: /);
});

test.describe('without WebGPU', () => {
  test('encoding and learning fall back to wasm', { tag: '@nightly' }, async ({ baseURL, launchOptions }) => {
    const args = launchOptions.args?.filter((arg) => !arg.includes('webgpu'));
    const browser = await chromium.launch({ ...launchOptions, args });
    const context: BrowserContext = await browser.newContext({ baseURL });
    try {
      const page = await context.newPage();
      await openShop(page);
      expect(await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) ?? null)).toBeNull();
      await addApple(page, 'Plain Red Apple');
      for (let choice = 0; choice < 4; choice++) {
        const before = page.url();
        const first = cards(page, 'similar').first().locator('a');
        // Until the new product's list is there, the old one may begin with the product of this page.
        await expect(first).not.toHaveAttribute('href', new URL(before).hash);
        await first.click();
        await expect(page).not.toHaveURL(before);
      }
      const runs = () =>
        page.evaluate(async () => {
          const status = await document.querySelector('sidestream-recs')?.recommender?.status.get();
          return status?.backend.runs
            .map(({ encoder, backend, reason }) => `${encoder}, ${backend} (${reason})`)
            .sort();
        });
      await expect
        .poll(runs)
        .toEqual([
          expect.stringMatching(/^mobilenet-v2, wasm \(no WebGPU/),
          expect.stringMatching(/^use-lite, wasm \(no WebGPU/),
        ]);
    } finally {
      await browser.close();
    }
  });
});
