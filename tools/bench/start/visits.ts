import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import config from '../../../playwright.config';
import { SidestreamError } from '../../../src/error';
import { peers } from '../peers';
import type { Answer, StaticHost } from './static-host';

/** Time at which a list of the page has cards, by the page's clock, ms since the start of the navigation. */
export interface Visit {
  list: number;
  paint: number;
  /** Requests that the host got before the list appeared. */
  before: (Answer & { start: number; end: number })[];
  /** Tasks of 50 ms and more on the main thread, until two seconds after the list. */
  longTasks: number[];
}

/** The browser that setup found; undefined for Playwright's own. */
const executablePath = config.use?.launchOptions?.executablePath;

export const launch = (): Promise<Browser> =>
  chromium.launch({
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

/** Waits, frame by frame, until a list shows other items than `before` (joined ids). @returns page time, ms */
export async function listChanged(page: Page, selector: string, before: string): Promise<number> {
  const changed = await page.waitForFunction(
    ([list, old]) => {
      const cards = document.querySelector(list)?.shadowRoot?.querySelectorAll('[data-id]') ?? [];
      const ids = [...cards].map((card) => card.getAttribute('data-id')).join();
      return ids !== '' && ids !== old ? performance.now() : false;
    },
    [selector, before] as const,
    { polling: 'raf' },
  );
  return Number(await changed.jsonValue());
}

/** Records, from the start of every page, when its list has cards, and which tasks were long. A string, because it must not be compiled. */
const watch = (selector: string): string => `{
  const longTasks = [];
  const seen = { list: 0, longTasks };
  window.seen = seen;
  new PerformanceObserver((entries) => {
    for (const { duration } of entries.getEntries()) longTasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
  const look = () => {
    if (document.querySelector(${JSON.stringify(selector)})?.shadowRoot?.querySelector('[data-id]')) seen.list = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;

/**
 * Opens a page in a new browser context, twice: cold, then warm.
 * @param slowDown factor for page and workers; 1 for none
 */
export async function coldAndWarm(
  browser: Browser,
  host: StaticHost,
  { path, selector, slowDown }: { path: string; selector: string; slowDown: number },
): Promise<{ cold: Visit; warm: Visit }> {
  const context = await browser.newContext();
  try {
    await context.addInitScript({ content: watch(selector) });
    return { cold: await open(context, host, path, slowDown), warm: await open(context, host, path, slowDown) };
  } finally {
    await context.close();
  }
}

/** The long tasks of a page that has no list, ms. */
export async function longTasksWithoutList(browser: Browser, host: StaticHost, path: string): Promise<number[]> {
  const context = await browser.newContext();
  try {
    await context.addInitScript({ content: watch('none') });
    const page = await context.newPage();
    await page.goto(host.origin + path);
    await page.waitForTimeout(2000);
    return await page.evaluate(() => (window as unknown as Seen).seen.longTasks);
  } finally {
    await context.close();
  }
}

async function open(context: BrowserContext, host: StaticHost, path: string, slowDown: number): Promise<Visit> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowDown });
  host.take();
  await page.goto(host.origin + path, { waitUntil: 'commit' });
  await page.waitForFunction(() => (window as unknown as Seen).seen.list > 0, undefined, { polling: 100 });
  await page.waitForTimeout(2000);
  const found = await page.evaluate(() => ({
    ...(window as unknown as Seen).seen,
    origin: performance.timeOrigin,
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  }));
  await page.close();
  const answers = host.take().map((answer) => ({
    ...answer,
    start: answer.asked - found.origin,
    end: answer.sent - found.origin,
  }));
  const { list, paint, longTasks } = found;
  return { list, paint, longTasks, before: answers.filter(({ start }) => start < list) };
}

interface Seen {
  seen: { list: number; longTasks: number[] };
}

/** Requests and bytes of a visit before its list. */
export const sent = ({ before }: Visit): { requests: number; brotli: number; gzip: number } => ({
  requests: before.length,
  brotli: before.reduce((sum, { bytes }) => sum + bytes, 0),
  gzip: before.reduce((sum, { gzip }) => sum + gzip, 0),
});

/** When each request of a visit began and ended. */
export const waterfall = ({ before, list }: Visit): string =>
  [
    ...before.map(
      ({ path, start, end, bytes, status }) =>
        `${path.split('/').at(-1) || '/'} ${Math.round(start)}-${Math.round(end)} ms ${status === 304 ? '304' : `${(bytes / 1000).toFixed(1)} kB`}`,
    ),
    `list ${Math.round(list)} ms`,
  ].join(', ');

/**
 * Number of consecutive requests: how many of the requests that ended before the list can be chosen so that each began after the one
 * before had ended. The page itself, pictures and unfinished requests do not count: the list did not wait for them.
 */
export function steps({ before, list }: Visit): number {
  const code = before
    .filter(({ path, end }) => end <= list && /\.(js|json|bin|wasm)$/.test(path))
    .toSorted((a, b) => a.end - b.end);
  let last = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const { start, end } of code) {
    if (start < last) continue;
    count++;
    last = end;
  }
  return count;
}

/**
 * Lighthouse's score for the performance of a page, 0 to 100, with its own slow-down of processor and network for phones. The host
 * of the page may be in this process.
 * @throws SidestreamError `runtime/unexpected` when Lighthouse fails
 */
export async function performanceScore(url: string): Promise<number> {
  const flags = '--chrome-flags=--headless=new --no-sandbox --disable-quic';
  const args = [url, '--only-categories=performance', '--output=json', '--output-path=stdout', '--quiet', flags];
  let cause: unknown;
  try {
    const file = peers.file('lighthouse', 'cli', 'index.js');
    const { stdout } = await promisify(execFile)(process.execPath, [file, ...args], {
      maxBuffer: 2 ** 26,
      env: { ...process.env, CHROME_PATH: executablePath ?? '' },
    });
    const score = JSON.parse(stdout).categories?.performance?.score;
    if (typeof score === 'number') return 100 * score;
  } catch (thrown) {
    cause = thrown;
  }
  throw new SidestreamError('runtime/unexpected', `Lighthouse gave no score for ${url}; run it alone to see why.`, {
    cause,
  });
}
