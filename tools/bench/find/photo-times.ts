import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import sharp from 'sharp';
import { serve } from '../../../e2e/support/host';
import { seededRandom } from '../../../src/core/common/random';
import type { EncoderRun } from '../../../src/device/protocol';
import { invalidInput, SidestreamError } from '../../../src/error';
import { type AreaResult, type Say, within } from '../kept';
import { launch, listChanged } from '../start/visits';
import { spread } from '../timing';
import { evenly, photograph } from './photographs';

/** Number of measured photos, and their size: 12 megapixels, as phones take them. */
const [PHOTOS, WIDTH] = [10, 3500];
const LIMIT = 1500;
const SEED = 11;
const FIELD = 'sidestream-find';
/** Time for the encoder to be loaded, ms. */
const LOADED = 60_000;

const DEMO = fileURLToPath(new URL('../../../dist/', import.meta.url));

/** @throws SidestreamError `runtime/invalid-input` if the demo is not built */
export function requireDemo(): void {
  if (!existsSync(DEMO)) throw invalidInput('The demo is not built; run npm start or npm test first.');
}

/** From a chosen photo to the list in the demo's field, in Chromium without a GPU, after one photo that loads the encoder. */
export async function photoTimes(say: Say): Promise<AreaResult> {
  const folder = join(DEMO, 'images');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.webp')).sort();
  const random = seededRandom(SEED);
  const photos: Buffer[] = [];
  for (const file of evenly(files, PHOTOS + 1)) {
    photos.push(await grainy(await photograph(join(folder, file), random, WIDTH)));
  }
  const host = await serve({ '/': DEMO });
  const browser = await launch();
  try {
    const page = await openDemo(browser, `${host.origin}/`);
    const [lists, encoders]: [number[], number[]] = [[], []];
    let [first, ran] = [0, ''];
    for (const [n, photo] of photos.entries()) {
      say(`photo ${n} of ${PHOTOS}`);
      const time = await photoToList(page, photo);
      const { encoder, backend, reason, milliseconds } = await lastRun(page);
      ran = `${encoder} on ${backend}${reason === null ? '' : ` (${reason})`}`;
      if (n === 0) {
        first = time;
        continue;
      }
      lists.push(time);
      encoders.push(milliseconds);
    }
    const megabytes = photos.reduce((sum, { length }) => sum + length, 0) / photos.length / 1e6;
    const about = `${PHOTOS} photos of 12 megapixels, ${megabytes.toFixed(1)} MB on average`;
    return {
      bars: [
        within(
          'from a photo to the list, the demo in Chromium',
          LIMIT,
          spread(lists).high,
          'ms',
          `p95; ${spread(lists)}; ${about}`,
        ),
      ],
      figures: [
        { name: `a photo's encoder alone, ${ran}`, measured: `${spread(encoders)}` },
        { name: 'the first photo, which loads the encoder', measured: `${Math.round(first)} ms` },
      ],
    };
  } finally {
    await browser.close();
    host.close();
  }
}

/** Adds the noise of a camera: without it, an enlarged picture has a tenth of a photo's bytes, and is decoded faster. */
async function grainy(photo: Buffer): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 20 } as const;
  const create = { width: 512, height: 512, channels: 3, background: '#808080', noise } as const;
  const input = await sharp({ create }).png().toBuffer();
  return sharp(photo)
    .composite([{ input, tile: true, blend: 'soft-light' }])
    .jpeg({ quality: 80 })
    .toBuffer();
}

async function openDemo(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(LOADED);
  await page.goto(url);
  await listChanged(page, '[data-testid="for-you"]', '');
  return page;
}

/** Milliseconds from the choice of a photo to a list of other products, as the shopper sees it. */
async function photoToList(page: Page, photo: Buffer): Promise<number> {
  const input = page.locator(`${FIELD} input[type=file]`);
  await input.waitFor({ state: 'attached' });
  const options = page.locator(`${FIELD} [role=option]`);
  const before = await options.evaluateAll((all) => all.map((option) => option.getAttribute('data-id')).join());
  await input.evaluate((field) =>
    field.addEventListener('change', () => performance.mark('photo'), { capture: true, once: true }),
  );
  await input.setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: photo });
  const list = await listChanged(page, FIELD, before);
  const chosen = await page.evaluate(() => performance.getEntriesByName('photo').at(-1)?.startTime ?? Number.NaN);
  return list - chosen;
}

/** The last run of the image encoder, as the page reports it. */
async function lastRun(page: Page): Promise<EncoderRun> {
  const status = await page.evaluate(() => document.querySelector('sidestream-find')?.recommender?.status.get());
  const run = status?.backend.runs.find(({ modality }) => modality === 'image');
  if (!run) throw new SidestreamError('runtime/unexpected', 'The page does not report a run of its image encoder.');
  return run;
}
