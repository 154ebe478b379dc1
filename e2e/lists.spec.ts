// A list that `sidestream lists` wrote into a page: shown before any script and without scripts, then ranked in place.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { CDN_FOLDER } from './support/global-setup';
import { writeDemoLists } from './support/static-lists';

const ID = 'aa-battery';
const LIMIT = 8;

/** Writes the lists in the language of a page. @returns their folder */
async function listsIn(lang: string): Promise<string> {
  const info = test.info();
  const out = info.outputPath('lists');
  await writeDemoLists(out, { lang, site: info.project.use.baseURL });
  return out;
}

interface Shop {
  address: string;
  /** Lets the page load its script. */
  open(): void;
}

/** A page with a list in its HTML, whose script the host holds back. */
async function shopOf(
  context: BrowserContext,
  file: string,
  attributes: string,
  { limit = LIMIT, lang = 'en' } = {},
): Promise<Shop> {
  const lists = await listsIn(lang);
  const html = readFileSync(join(lists, file), 'utf8');
  const css = readFileSync(join(lists, 'lists.css'), 'utf8');
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  await context.route('**/with-list.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="${lang}"${lang === 'ar' ? ' dir="rtl"' : ''}><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>A product</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/lists.css">
        <style>body { max-width: 60rem; margin: 1rem auto; padding: 0 1rem; font: 16px/1.5 sans-serif }</style>
        <script type="module" src="/sidestream/sidestream.js"></script>
        <h1>A product</h1>
        <sidestream-recs bundle="/bundle/" limit="${limit}" href-template="/product/{id}" ${attributes}>${html}</sidestream-recs>
        <p id="below">The rest of the page</p>`,
    }),
  );
  await context.route('**/lists.css', (route) => route.fulfill({ contentType: 'text/css', body: css }));
  await context.route('**/sidestream/**', async (route) => {
    await opened;
    await route
      .fulfill({ path: join(CDN_FOLDER, new URL(route.request().url()).pathname.replace('/sidestream/', '')) })
      .catch(() => undefined);
  });
  return { address: '/with-list.html', open };
}

interface Seen {
  shifts: number;
  /** Frames in which no card was visible, or a picture was not complete. */
  empty: number;
  unloaded: number;
  frames: number;
  /** Product of the largest element painted, by its `data-id`, and the first paint, ms. */
  largest: string | null;
  painted: number;
}

declare global {
  interface Window {
    seen: Seen;
  }
}

/** Notes layout shifts, paints, and in every frame whether the list has cards with pictures. */
const observe = (page: Page) =>
  page.addInitScript(() => {
    const seen: Seen = { shifts: 0, empty: 0, unloaded: 0, frames: 0, largest: null, painted: 0 };
    window.seen = seen;
    const watch = (type: string, noted: (entry: PerformanceEntry) => void): void =>
      new PerformanceObserver((list) => list.getEntries().forEach(noted)).observe({ type, buffered: true });
    watch('layout-shift', (entry) => {
      seen.shifts += (entry as PerformanceEntry & { value: number }).value;
    });
    watch('paint', ({ startTime }) => {
      seen.painted ||= startTime;
    });
    watch('largest-contentful-paint', (entry) => {
      const { element } = entry as PerformanceEntry & { element: Element | null };
      seen.largest ??= element?.closest('[data-id]')?.getAttribute('data-id') ?? null;
    });
    let filled = false;
    const frame = (): void => {
      const list = document.querySelector('sidestream-recs');
      const inside = [...(list?.querySelectorAll('li') ?? [])].filter(
        (card) => card.getBoundingClientRect().height > 0,
      );
      const ranked = [...(list?.shadowRoot?.querySelectorAll('li[data-id]') ?? [])];
      const cards = ranked.length > 0 ? ranked : inside;
      filled ||= cards.length > 0 && cards.every((card) => card.querySelector('img')?.complete);
      if (filled) {
        seen.frames++;
        if (cards.length === 0) seen.empty++;
        const top = cards.filter((card) => card.getBoundingClientRect().top < innerHeight);
        if (!top.every((card) => card.querySelector('img')?.complete)) seen.unloaded++;
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });

/** Boxes of the cards, of their texts and pictures, and of what is below the list, by product. */
const boxes = (page: Page): Promise<Record<string, number[][]>> =>
  page.locator('sidestream-recs').evaluate((list) => {
    const ranked = [...(list.shadowRoot?.querySelectorAll('li[data-id]') ?? [])];
    const cards = ranked.length > 0 ? ranked : [...list.querySelectorAll('li')];
    const boxOf = (element: Element | null | undefined): number[] => {
      if (!element) return [];
      const { x, y, width, height } = element.getBoundingClientRect();
      return [x, y, width, height].map((value) => Math.round(value * 10) / 10);
    };
    const parts = ['img', 'a', 'p:not([role])', '.reason, small'];
    const found = cards.map((card) => [
      card.getAttribute('data-id'),
      [boxOf(card), ...parts.map((part) => boxOf(card.querySelector(part)))],
    ]);
    return { ...Object.fromEntries(found), below: [boxOf(document.querySelector('#below'))] };
  });

for (const [width, layout, lang] of [
  [1200, 'grid', 'en'],
  [340, 'grid', 'ar'],
  [320, 'grid', 'ja'],
  [900, 'row', 'en'],
] as const) {
  // By day, the widest screen and the list from right to left.
  const tag = width === 1200 || lang === 'ar' ? [] : '@nightly';
  test(`the list is in the first paint and is ranked in place: ${layout}, ${width} px, ${lang}`, { tag }, async ({
    page,
    context,
  }) => {
    await page.setViewportSize({ width, height: 900 });
    await observe(page);
    const shop = await shopOf(
      context,
      `similar/item/${ID}.html`,
      `placement="similar" item-id="${ID}" layout="${layout}"`,
      { lang },
    );
    await page.goto(shop.address, { waitUntil: 'commit' });
    const list = page.locator('sidestream-recs');
    await expect(list.locator('li').first()).toBeVisible();
    await expect.poll(() => page.evaluate(() => window.seen.painted)).toBeGreaterThan(0);
    await expect.poll(() => page.evaluate(() => window.seen.largest)).not.toBeNull();
    expect(await page.evaluate(() => customElements.get('sidestream-recs'))).toBeUndefined();
    await expect.poll(() => page.evaluate(() => window.seen.frames)).toBeGreaterThan(1);
    const before = await boxes(page);

    shop.open();
    await expect(list).toHaveAttribute('state', 'filled');
    await page.waitForLoadState('networkidle');
    expect(Object.keys(before)).toHaveLength(LIMIT + 1);
    await expect.poll(() => boxes(page)).toEqual(before);
    expect(await page.evaluate(() => window.seen)).toMatchObject({ shifts: 0, empty: 0, unloaded: 0 });
  });
}

test('while the ranking loads, the list in the page keeps its space, whatever the limit', async ({ page, context }) => {
  const shop = await shopOf(context, `similar/item/${ID}.html`, `placement="similar" item-id="${ID}"`, {
    limit: 2 * LIMIT,
  });
  await context.route('**/bundle/**', () => undefined);
  await page.goto(shop.address, { waitUntil: 'commit' });
  await expect(page.locator('sidestream-recs li')).toHaveCount(LIMIT);
  const before = await boxes(page);
  shop.open();
  await expect(page.locator('sidestream-recs')).toHaveAttribute('state', 'loading');
  expect(await boxes(page)).toEqual(before);
});

test('without scripts the list is there, with links; and it stays when recommendations fail', async ({ browser }) => {
  const quiet = await browser.newContext({ javaScriptEnabled: false });
  const page = await quiet.newPage();
  const shop = await shopOf(quiet, 'trending/shop.html', 'placement="for-you" heading="Popular now"');
  await page.goto(shop.address, { waitUntil: 'commit' });
  const links = page.locator('sidestream-recs').getByRole('link');
  await expect(links).toHaveCount(LIMIT);
  await expect(links.first()).toBeVisible();
  await expect(links.first()).toHaveAttribute('href', /^http:\/\/localhost:\d+\/product\//);
  await quiet.close();

  const offline = await browser.newContext();
  const other = await offline.newPage();
  await offline.route('**/bundle/**', (route) => route.abort());
  (await shopOf(offline, 'trending/shop.html', 'placement="for-you"')).open();
  await other.goto('/with-list.html');
  await expect(other.locator('sidestream-recs')).toHaveAttribute('state', 'error');
  await expect(other.locator('sidestream-recs').getByRole('link')).toHaveCount(LIMIT);
  await expect(other.locator('sidestream-recs li').first()).toBeVisible();
  await offline.close();
});
