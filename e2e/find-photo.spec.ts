import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from '@playwright/test';
import sharp from 'sharp';
import { violationsInSchemes } from './support/accessibility';
import { serveHeadless } from './support/headless';
import { expect, test } from './support/shop';

const PICTURE = fileURLToPath(new URL('../public/images/accordion.webp', import.meta.url));
const SHOTS = fileURLToPath(new URL('../.cache/screenshots/find/', import.meta.url));

/** Keeps a screenshot if they are asked for: `SCREENSHOTS=1`. */
async function shot(page: Page, name: string): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}${name}.png` });
}

/** Opens a page with a search field for words and photos. */
async function open(page: Page, context: BrowserContext, language = 'en'): Promise<void> {
  await serveHeadless(context);
  const body = `<!doctype html>
<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}"><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>:root { color-scheme: light dark } body { max-width: 40rem; margin: 1rem auto; padding: 0 1rem; font-family: sans-serif }</style>
<main><h1>A shop</h1><sidestream-find bundle="/bundle/" photo></sidestream-find></main>
<script type="module" src="/sidestream/find.js"></script>`;
  await context.route(/\/photo\.html/, (route) => route.fulfill({ body, contentType: 'text/html' }));
  await page.goto('/photo.html');
}

const options = (page: Page) => page.getByRole('option');
const message = (page: Page) => page.locator('sidestream-find [part=message]');
const choose = (page: Page, buffer: Buffer, name = 'photo.jpg', mimeType = 'image/jpeg') =>
  page.locator('sidestream-find input[type=file]').setInputFiles({ name, mimeType, buffer });
const PART = { include: ['sidestream-find'], all: true };

/** The picture photographed again: cropped, turned, darker, and with the orientation of a phone that was held sideways. */
async function photographed(): Promise<Buffer> {
  const picture = sharp(PICTURE).flatten({ background: '#fff' });
  const { width = 0, height = 0 } = await sharp(PICTURE).metadata();
  const part = {
    left: Math.round(width / 20),
    top: 0,
    width: Math.round(width * 0.9),
    height: Math.round(height * 0.95),
  };
  const turned = await sharp(await picture.extract(part).toBuffer())
    .rotate(6, { background: '#fff' })
    .modulate({ brightness: 0.85 })
    .toBuffer();
  // Turned to the left, which orientation 6 turns back.
  return sharp(await sharp(turned).rotate(-90).toBuffer())
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 60 })
    .toBuffer();
}

test('finds the product on a photo, says what ran, and sends nothing', async ({ page, context }) => {
  await open(page, context);
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET') sent.push(request.url());
  });
  const button = page.getByRole('button', { name: 'Find by photo' });
  const opened = page.waitForEvent('filechooser');
  await button.press('Enter');
  await (await opened).setFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: await photographed() });
  await expect(message(page)).toContainText('Reading the photo');
  await shot(page, 'photo-loading');
  await expect(page.locator('sidestream-find [part=note]')).toHaveText('Products that look like your photo:');
  await expect(options(page)).toHaveCount(8);
  await expect(options(page).first()).toContainText('Accordion');
  await expect(page.getByRole('status')).toContainText('look like your photo');
  await expect(page.getByRole('combobox')).toBeFocused();
  await shot(page, 'photo');
  expect(await violationsInSchemes(page, PART)).toEqual([]);
  const { backend } = await page.evaluate(async () => {
    const status = await document.querySelector('sidestream-find')?.activeRecommender?.status.get();
    return { backend: status?.backend };
  });
  expect(backend).toMatchObject({
    encoders: 'wasm',
    runs: [
      {
        modality: 'image',
        encoder: 'mobilenet-v2',
        backend: 'wasm',
        reason: 'the WebGPU adapter is software',
        milliseconds: expect.any(Number),
      },
    ],
  });
  expect(sent).toEqual([]);

  await page.keyboard.press('Escape');
  await expect(options(page)).toHaveCount(0);
  await page.keyboard.press('ArrowDown');
  await expect(options(page).first()).toContainText('Accordion');

  await page.getByRole('combobox').fill('plush');
  await expect(options(page).first()).toContainText('Plush');
  await expect(page.locator('sidestream-find [part=note]')).toHaveCount(0);
});

test('says in words what is wrong with a picture, and finds by the next one', { tag: '@nightly' }, async ({
  page,
  context,
}) => {
  await open(page, context);
  await choose(page, Buffer.from('not a picture'));
  await expect(message(page)).toHaveText('This picture cannot be read. Choose a JPEG, PNG, WebP or AVIF file.');
  await shot(page, 'photo-unreadable');
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(64)]);
  const reported = page.evaluate(
    () =>
      new Promise((resolve) => {
        document.addEventListener('error', (event) => resolve(Reflect.get(event, 'detail')?.error?.message), {
          capture: true,
          once: true,
        });
      }),
  );
  await choose(page, heic, 'IMG_1.HEIC', 'image/heic');
  expect(await reported).toContain('HEIC');
  const whole = await photographed();
  await choose(page, whole.subarray(0, whole.length / 3));
  await expect(message(page)).toHaveText(/cannot be read/);
  // As large as the camera of a phone makes them.
  const huge = await sharp(whole).rotate().resize(6000).jpeg().toBuffer();
  await choose(page, huge);
  await expect(options(page).first()).toContainText('Accordion');
});

test('takes a picture that is pasted, and fits a phone in Arabic', { tag: '@nightly' }, async ({ page, context }) => {
  await page.setViewportSize({ width: 390, height: 780 });
  await open(page, context, 'ar');
  await expect(page.getByRole('button', { name: 'البحث بصورة' })).toBeVisible();
  await page.getByRole('combobox').focus();
  await page.evaluate(
    ([base64]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], 'pasted.jpg', { type: 'image/jpeg' }));
      const field = document.querySelector('sidestream-find')?.shadowRoot?.querySelector('input');
      field?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    },
    [(await photographed()).toString('base64')],
  );
  await expect(options(page)).toHaveCount(8);
  await shot(page, 'photo-rtl-phone');
  expect(await violationsInSchemes(page, PART)).toEqual([]);
});
