/**
 * Measures the built demo shop as a shopper meets it: time to the first list (cold and warm), from a click to the
 * refreshed list, and what is downloaded when. Run it with `npm run bench`; needs `npm start` or `npm test` once before.
 */
import { existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { preview } from 'vite';

const ROUNDS = 5;
const CATEGORY = 'Music';

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const ms = (value: number): string => `${Math.round(value)} ms`;
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;

/** Adds up what a page downloads, as sent and as gzip would send it. */
class Downloads {
  #bodies: Promise<Buffer>[] = [];
  #names: string[] = [];

  constructor(context: BrowserContext) {
    context.on('response', (response) => {
      if (response.status() !== 200) return;
      this.#names.push(new URL(response.url()).pathname);
      this.#bodies.push(response.body().catch(() => Buffer.alloc(0)));
    });
  }

  /** Bytes since the last call, with the number of files and of pictures among them. */
  async take(): Promise<{ raw: number; gzip: number; files: number; pictures: number }> {
    const bodies = await Promise.all(this.#bodies);
    const names = this.#names;
    this.#bodies = [];
    this.#names = [];
    let pictures = 0;
    let gzip = 0;
    let raw = 0;
    for (const [n, body] of bodies.entries()) {
      const picture = /\.(webp|png|jpg|svg)$/.test(names[n]);
      if (picture) pictures += body.length;
      else {
        raw += body.length;
        gzip += gzipSync(body).length;
      }
    }
    return { raw, gzip, files: bodies.length, pictures };
  }
}

/** Waits, frame by frame, until the list "for you" shows other items than `before` (joined ids). @returns page time, ms */
async function listChanged(page: Page, before: string): Promise<number> {
  const changed = await page.waitForFunction(
    (old) => {
      const list = document.querySelector('[data-testid="for-you"]')?.shadowRoot?.querySelectorAll('[data-id]') ?? [];
      const ids = [...list].map((card) => card.getAttribute('data-id')).join();
      return ids !== '' && ids !== old ? performance.now() : false;
    },
    before,
    { polling: 'raf' },
  );
  return Number(await changed.jsonValue());
}

/** Gathers the main thread's long tasks (50 ms and more) from now on. */
const watchLongTasks = (page: Page) =>
  page.evaluate(() => {
    const found: number[] = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) found.push(duration);
    }).observe({ type: 'longtask' });
    Object.assign(window, { longTasks: found });
  });

const longTasks = (page: Page): Promise<number[]> =>
  page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);

/** Milliseconds from navigation to the first card of the list, and to the first paint of anything. */
async function timeToList(page: Page, url: string): Promise<{ list: number; paint: number }> {
  await page.goto(url, { waitUntil: 'commit' });
  const list = await listChanged(page, '');
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  return { list, paint: paint ?? Number.NaN };
}

/** Milliseconds from a click on a product to a list with other items, as the shopper's eyes would see it. */
async function clickToList(page: Page, position: number): Promise<number> {
  await page.goto(`${new URL(page.url()).origin}/#/`);
  const list = page.getByTestId('for-you').locator('[data-id]');
  await list.first().waitFor();
  const ids = await list.evaluateAll((all) => all.map((card) => card.getAttribute('data-id')).join());
  await page.goto(`${new URL(page.url()).origin}/#/category/${CATEGORY}`);
  const card = page.getByTestId('grid').locator('[data-id] a').nth(position);
  await card.waitFor();
  const started = await page.evaluate(() => performance.now());
  await card.click();
  return (await listChanged(page, ids)) - started;
}

async function visits(browser: Browser, url: string): Promise<void> {
  const cold: { list: number; paint: number }[] = [];
  const warm: { list: number; paint: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const context = await browser.newContext();
    cold.push(await timeToList(await context.newPage(), url));
    warm.push(await timeToList(await context.newPage(), url));
    await context.close();
  }
  for (const [name, times] of Object.entries({ cold, warm })) {
    const list = median(times.map((time) => time.list));
    const paint = median(times.map((time) => time.paint));
    console.log(
      `first list, ${name}: ${ms(list)} after navigation; first paint of the page ${ms(paint)} (ratio ${(list / paint).toFixed(2)})`,
    );
  }
}

async function session(browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext();
  const downloads = new Downloads(context);
  const page = await context.newPage();
  const show = async (phase: string): Promise<void> => {
    await page.waitForTimeout(1500);
    const { raw, gzip, files, pictures } = await downloads.take();
    console.log(
      `downloaded ${phase}: ${mb(raw)} (${mb(gzip)} with gzip) in ${files} files, and ${mb(pictures)} of pictures`,
    );
  };
  await timeToList(page, url);
  await show('before consent, first list shown');
  await page.getByTestId('consent-yes').click();
  await show('by consent alone');
  await watchLongTasks(page);
  const times: number[] = [];
  for (let position = 0; position < 8; position++) times.push(await clickToList(page, position));
  console.log(
    `click to refreshed list: median ${ms(median(times))}, largest ${ms(Math.max(...times))} of ${times.length}`,
  );
  await show('after consent and 8 clicks (learning loaded)');
  const tasks = await longTasks(page);
  console.log(
    `tasks of 50 ms and more on the page's main thread over these clicks and what was learned from them: ${tasks.length}${tasks.length > 0 ? `, the longest ${ms(Math.max(...tasks))}` : ''}`,
  );
  await context.close();
}

const browserFile = fileURLToPath(new URL('../../.cache/browser', import.meta.url));
const executablePath = (existsSync(browserFile) && readFileSync(browserFile, 'utf8').trim()) || undefined;
const server = await preview({ preview: { port: 4190 }, logLevel: 'error' });
const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  const url = server.resolvedUrls?.local[0] ?? 'http://localhost:4190/';
  console.log(
    `load of the machine: ${loadavg()
      .map((load) => load.toFixed(2))
      .join(' ')}`,
  );
  await visits(browser, url);
  await session(browser, url);
} finally {
  await browser.close();
  await server.close();
}
