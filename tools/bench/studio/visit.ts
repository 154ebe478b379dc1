import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright';
import { SidestreamError } from '../../../src/error';
import type { BenchShop } from './shop';

/** Time for one step, ms. */
const PATIENCE = 1_800_000;

/** A shop made with Studio. */
export interface Made {
  /** From the chosen catalogue to the kept pictures, seconds. */
  read: number;
  /** From the button to the bundle, seconds. */
  encoded: number;
  /** Processor time of the browser from the chosen catalogue to the bundle, seconds. */
  processor: number;
  /** From the chosen log to the trained model, seconds; null without training. */
  trained: number | null;
}

/**
 * Makes a shop as a person does: drops the files, encodes, perhaps trains, and takes the bundle.
 * @param url of Studio
 * @param out folder for the bundle as it was before the training
 * @param learns whether to train
 * @throws SidestreamError `runtime/unexpected` with Studio's words when a step fails
 */
export async function visitStudio(
  browser: Browser,
  url: string,
  { catalog, images, events, products }: BenchShop,
  { out, learns }: { out: string; learns: boolean },
): Promise<Made> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    const used = await processorTime(browser);
    const read = await seconds(async () => {
      await files(page, 'Product export').setInputFiles(catalog);
      await settled(page, page.getByText(`${products.toLocaleString('en')} products`).first());
      await place(page, 'Pictures').locator('input[webkitdirectory]').setInputFiles(images);
      await settled(page, page.getByText(/\d pictures found$/));
    });
    await step(page, 'Encode');
    const encoded = await seconds(async () => {
      await page.getByRole('button', { name: /^Encode/ }).click();
      await settled(page, page.getByText('The bundle is made:'));
    });
    const processor = (await processorTime(browser)) - used;
    await takeBundle(page, out);
    if (!learns) return { read, encoded, processor, trained: null };
    await step(page, 'Learn');
    const trained = await seconds(async () => {
      await files(page, 'Log').setInputFiles(events);
      const train = page.getByRole('button', { name: 'Train', exact: true });
      await settled(page, train);
      await train.click();
      await settled(page, page.getByRole('button', { name: 'Train again' }));
    });
    return { read, encoded, processor, trained };
  } finally {
    await context.close();
  }
}

const place = (page: Page, name: string): Locator => page.getByRole('group', { name, exact: true });
const files = (page: Page, name: string): Locator => place(page, name).locator('input:not([webkitdirectory])');
const step = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name }).click();

async function seconds(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Processor time of all processes of the browser, seconds. */
async function processorTime(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** Waits for a sign of success, or for an alert. */
async function settled(page: Page, sign: Locator): Promise<void> {
  const alert = page.getByRole('alert');
  await sign.or(alert).first().waitFor({ timeout: PATIENCE });
  if (await sign.isVisible()) return;
  throw new SidestreamError('runtime/unexpected', `Studio: ${await alert.first().textContent()}`);
}

/** Copies the bundle out of the browser's private files. */
async function takeBundle(page: Page, out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  const bundle = await page.evaluateHandle(async () => {
    const root = await navigator.storage.getDirectory();
    return (await root.getDirectoryHandle('sidestream-studio')).getDirectoryHandle('bundle');
  });
  const names = await bundle.evaluate(async (folder) => {
    const found: string[] = [];
    for await (const name of folder.keys()) found.push(name);
    return found;
  });
  for (const name of names) {
    const address = await bundle.evaluate(async (folder, file) => {
      const bytes = await (await folder.getFileHandle(file)).getFile();
      const reader = new FileReader();
      reader.readAsDataURL(bytes);
      await new Promise((resolve) => reader.addEventListener('loadend', resolve));
      return String(reader.result);
    }, name);
    await writeFile(join(out, name), Buffer.from(address.slice(address.indexOf(',') + 1), 'base64'));
  }
}
