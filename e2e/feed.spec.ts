import { rmSync } from 'node:fs';
import { type CDPSession, expect, type Page, test } from '@playwright/test';
import { violations } from './support/accessibility';
import { packagePage, serveHeadless } from './support/headless';
import { idsOf } from './support/lists';
import { serveBundle, smallBundle } from './support/small-bundle';

const PRODUCTS = 1050;
const PAGE = 40;
const STYLE = '<style>body { margin: 0 auto; max-inline-size: 70rem }</style>';
const FEED = `${STYLE}<main><h1>A shop</h1><sidestream-recs bundle="/products/" layout="feed" limit="${PAGE}" href-template="/product.html?id={id}" dismissible></sidestream-recs></main><footer><a href="/product.html">Imprint</a></footer>`;

let folder: string;
test.beforeAll(() => {
  folder = smallBundle(PRODUCTS);
});
test.afterAll(() => rmSync(folder, { recursive: true }));

test.beforeEach(async ({ context }) => {
  await serveHeadless(context);
  await serveBundle(context, '/products/', folder);
  const pages = { 'feed.html': FEED, 'product.html': '<h1>A product</h1>' };
  for (const [name, body] of Object.entries(pages)) {
    await context.route(`**/${name}*`, (route) => route.fulfill({ body: packagePage(body), contentType: 'text/html' }));
  }
});

const feed = (page: Page) => page.locator('sidestream-recs');
const cards = (page: Page) => feed(page).locator('[data-id]');

async function open(page: Page, consent: 'granted' | 'pending'): Promise<void> {
  await page.goto('/feed.html');
  await expect(cards(page).first()).toBeVisible();
  await page.evaluate(async (level) => {
    const recommender = document.querySelector('sidestream-recs')?.activeRecommender;
    await recommender?.profile.consent(level);
  }, consent);
}

/** Memory of the page: nodes that are kept although they are not in the page, as cards that left it would be, and bytes. */
const measured = async (page: Page, session: CDPSession) => {
  await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0;
  const inPage = await page.evaluate(() => {
    const nodesOf = (node: Node): number =>
      [...node.childNodes, ...((node as Element).shadowRoot?.childNodes ?? [])].reduce(
        (sum, child) => sum + nodesOf(child),
        1,
      );
    return nodesOf(document);
  });
  return { kept: of('Nodes') - inPage, heap: of('JSHeapUsedSize') };
};

/** Places of the cards in the page, and their ids. */
const places = (page: Page): Promise<[number, string][]> =>
  cards(page).evaluateAll((all) => all.map((card) => [Number(card.ariaPosInSet), card.getAttribute('data-id') ?? '']));

/** Scrolls down until a card is in the page. @returns ids by place */
async function scrollTo(page: Page, count: number, seen = new Map<number, string>()): Promise<Map<number, string>> {
  await expect
    .poll(
      async () => {
        await page.evaluate(() => window.scrollBy(0, innerHeight));
        for (const [place, id] of await places(page)) seen.set(place, id);
        return seen.size;
      },
      { intervals: [30], timeout: 60_000 },
    )
    .toBeGreaterThanOrEqual(count);
  return seen;
}

test('shows 1,000 products, none twice, in a page that does not grow', async ({ page }) => {
  // A tall viewport needs fewer steps.
  await page.setViewportSize({ width: 1280, height: 1600 });
  await open(page, 'pending');
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const seen = await scrollTo(page, 150);
  const early = await measured(page, session);
  await scrollTo(page, 1000, seen);
  const products = [...seen.values()].map((id) => id.split('.')[0]);
  expect(new Set(products).size).toBe(seen.size);
  expect([...seen.keys()].sort((a, b) => a - b)).toEqual(Array.from(seen, (_, n) => n + 1));
  // 900 cards left the page; a card has some 50 nodes. Those that have just left are garbage, which one collection may leave.
  await expect.poll(async () => (await measured(page, session)).kept).toBeLessThan(early.kept + 2000);
  await expect.poll(async () => (await measured(page, session)).heap).toBeLessThan(early.heap + 2_000_000);
  expect(await cards(page).count()).toBeLessThan(150);
  // The catalogue ends, and so does the feed.
  await scrollTo(page, PRODUCTS, seen);
  await expect(feed(page).getByRole('button', { name: 'Show more' })).toHaveCount(0);
  await expect(cards(page).last()).toHaveAttribute('aria-setsize', `${PRODUCTS}`);
  expect(await violations(page)).toEqual([]);
  // Far above, the same cards come back.
  await page.evaluate(() => window.scrollTo(0, 0));
  await expect.poll(async () => (await places(page))[0]).toEqual([1, seen.get(1)]);
  expect(await places(page)).toEqual([...seen].slice(0, (await places(page)).length));
});

/** Waits until no frame that is due changes the cards: scrolling has then been noted. */
const drawn = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

/** The first card in view: its id and its distance from the top. */
const inView = (page: Page): Promise<[string, number] | null> =>
  cards(page).evaluateAll((all) => {
    const first = all.find((card) => card.getBoundingClientRect().top > 0);
    return first ? [first.getAttribute('data-id') ?? '', Math.round(first.getBoundingClientRect().top)] : null;
  });

for (const consent of ['granted', 'pending'] as const)
  test(`comes back to the same cards at the same place, with consent ${consent}`, async ({ page }) => {
    await open(page, consent);
    const seen = await scrollTo(page, 120);
    await page.evaluate(() => window.scrollBy(0, -700));
    await drawn(page);
    const before = await inView(page);
    if (!before) throw new Error('no card is in view');
    // The browser's cache of whole pages would prove nothing.
    await page.evaluate(() => window.addEventListener('unload', () => undefined));
    await cards(page)
      .filter({ has: page.locator(`css=[href*="${before[0]}"]`) })
      .getByRole('link')
      .click();
    await expect(page.getByRole('heading', { name: 'A product' })).toBeVisible();
    const stored = await page.evaluate(() => Object.keys(sessionStorage).length);
    expect(stored).toBe(consent === 'granted' ? 1 : 0);
    if (consent === 'pending') return;
    for (const come of ['goBack', 'reload'] as const) {
      await page[come]();
      await expect.poll(() => inView(page).then((now) => now?.[0])).toBe(before[0]);
      expect(Math.abs(((await inView(page))?.[1] ?? 0) - before[1])).toBeLessThan(3);
      for (const [place, id] of await places(page)) expect(id).toBe(seen.get(place) ?? id);
    }
    // It continues where it was, and still shows nothing twice.
    await scrollTo(page, 200, seen);
    const products = [...seen.values()].map((id) => id.split('.')[0]);
    expect(new Set(products).size).toBe(products.length);
    await page.evaluate(() => document.querySelector('sidestream-recs')?.activeRecommender?.profile.forget());
    // A feed stores its place when the page is left, whatever it still had to wait for.
    await page.evaluate(() => window.dispatchEvent(new Event('pagehide')));
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
  });

test('shows one page more after a jump to its end, and rests there', async ({ page }) => {
  await page.setViewportSize({ width: 800, height: 400 });
  await open(page, 'pending');
  const last = async () => Number((await places(page)).at(-1)?.[0]);
  for (const pages of [1, 2, 3]) {
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    // The end is still a page away: nothing more is requested.
    const height = () => page.evaluate(() => document.documentElement.scrollHeight - scrollY);
    await expect.poll(height).toBeGreaterThan(2000);
    await drawn(page);
    await drawn(page);
    await expect.poll(last).toBeLessThanOrEqual(pages * PAGE + 16);
  }
});

test('changes nothing in the page while it rests', async ({ page }) => {
  await page.setViewportSize({ width: 800, height: 400 });
  await open(page, 'pending');
  // Around the place where the first row is as far above the viewport as a card in the page may be.
  const edge = await cards(page).evaluateAll(
    (all) => 1.5 * innerHeight + (all[4]?.getBoundingClientRect().top ?? Number.NaN),
  );
  for (let top = Math.round(edge) - 4; top < edge + 4; top++) {
    await page.evaluate((to) => window.scrollTo(0, to), top);
    await drawn(page);
    await drawn(page);
    const changes = await feed(page).evaluate(async ({ shadowRoot }) => {
      let seen = 0;
      const observer = new MutationObserver((records) => {
        seen += records.length;
      });
      if (shadowRoot) observer.observe(shadowRoot, { subtree: true, childList: true });
      for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
      observer.disconnect();
      return seen;
    });
    expect(changes, `at ${top} px`).toBe(0);
  }
});

test('stays at its place when the screen is turned, and turned back', async ({ page }) => {
  await page.setViewportSize({ width: 800, height: 400 });
  await open(page, 'pending');
  await scrollTo(page, 60);
  const first = () =>
    cards(page).evaluateAll((all) => all.find((card) => card.getBoundingClientRect().bottom > 0)?.ariaPosInSet);
  await drawn(page);
  let place = Number.NaN;
  await expect.poll(async () => (place = Number(await first()))).toBeGreaterThan(20);
  const top = () =>
    cards(page).evaluateAll(
      (all, at) =>
        Math.round(all.find((card) => card.ariaPosInSet === `${at}`)?.getBoundingClientRect().top ?? Number.NaN),
      place,
    );
  const before = await top();
  for (const [width, height] of [
    [400, 800],
    [800, 400],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expect.poll(async () => Math.abs((await top()) - before)).toBeLessThan(3);
  }
});

test('can be used with the keyboard, and keeps its cards while the shopper acts', async ({ page }) => {
  await open(page, 'granted');
  const shown = await idsOf(feed(page));
  await cards(page).first().getByRole('link').focus();
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageUp');
  await expect(cards(page).nth(1).getByRole('link')).toBeFocused();
  await cards(page).nth(2).getByRole('button').click();
  await expect(feed(page).getByRole('button', { name: 'Undo' })).toBeFocused();
  await page.evaluate(async (id) => {
    const recommender = document.querySelector('sidestream-recs')?.activeRecommender;
    await recommender?.track('click', id);
    await recommender?.status.settled();
    // A list that the feed requested because of the click has arrived before this one.
    await recommender?.recommend({ limit: 1 });
  }, shown[5] ?? '');
  await drawn(page);
  expect((await idsOf(feed(page))).slice(0, 5)).toEqual(shown.filter((_, n) => n !== 2).slice(0, 5));
  const list = await feed(page).getByRole('feed').elementHandle();
  await feed(page).getByRole('button', { name: 'Undo' }).click();
  expect((await idsOf(feed(page))).slice(0, 5)).toEqual(shown.slice(0, 5));
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Tab');
  await expect(feed(page).getByRole('button', { name: 'Show more' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await places(page)).at(-1)?.[0]).toBeGreaterThan(PAGE);
  // An undone dismissal does not start the feed from the top.
  expect(await list?.evaluate((node) => node.isConnected)).toBe(true);
});

test('drops a page that arrives after the feed was filtered', async ({ page }) => {
  await open(page, 'pending');
  const [first] = await idsOf(feed(page));
  await feed(page).evaluate((element: HTMLElementTagNameMap['sidestream-recs'], id) => {
    const own = element.activeRecommender;
    if (!own) return;
    let calls = 0;
    element.recommender = {
      ...own,
      async recommend(request, call) {
        const list = await own.recommend(request, call);
        // The second page is on its way.
        if (++calls === 2) element.filter = { id };
        return list;
      },
    };
  }, first);
  await feed(page).getByRole('button', { name: 'Show more' }).scrollIntoViewIfNeeded();
  await expect.poll(() => idsOf(feed(page))).toEqual([first]);
});
