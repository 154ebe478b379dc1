import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { readMetricLog, totalsOf } from '../packages/lab/verdict/metric-log';
import { agree, type CountingShop, countingShop, hide } from './support/counting-shop';

const root = fileURLToPath(new URL('..', import.meta.url));
let shop: CountingShop;

/** A page of the shop's own: `?consent=`, `?variant=` and `?to=`, where reports go, as in its address. */
const OWN_PAGE = `<!doctype html><title>Shop</title><link rel="icon" href="data:," /><script type="module">
  import { beaconSink } from '/sidestream/adapters.js';
  import { createRecommender } from '/sidestream/sidestream.js';
  const given = new URLSearchParams(location.search);
  window.recommender = await createRecommender({
    bundle: '/bundle/',
    ...(given.has('consent') && { consent: given.get('consent') }),
    experiment: { name: 'pilot', variants: [{ name: given.get('variant') ?? 'on', learning: given.get('variant') !== 'off' }] },
    onMetric: beaconSink(given.get('to') ?? '/metrics'),
  });
  window.codes = [];
  recommender.on('error', ({ code }) => codes.push(code));
  document.title = 'Ready';
</script>`;

test.beforeAll(async () => {
  shop = await countingShop({ '/own.html': OWN_PAGE });
});
test.beforeEach(() => {
  shop.lines = [];
  shop.answer = 204;
});
test.afterAll(() => shop.close());

const added = () => shop.added();

async function open(page: Page): Promise<void> {
  await page.goto(`${shop.origin}/pilot.html`);
  await expect(page.locator('sidestream-recs [data-id]').first()).toBeVisible();
  await expect(page.locator('#variant')).toHaveText(/^pilot-5\/(on|off)$/);
  await agree(page);
}

/** Clicks a card and stays on the page. */
const clickCard = (page: Page) => page.locator('sidestream-recs [data-id] a').first().click({ noWaitAfter: true });

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
  expect(shop.lines.join()).not.toMatch(/itemId|recommendationId|"id"/);
});

test('a click that leaves the page is reported by the next one', async ({ page }) => {
  await open(page);
  await expect.poll(added).toMatchObject([{ visitors: 1 }]);
  await page.locator('sidestream-recs [data-id] a').first().click();
  await page.waitForURL('**/pilot-product.html*');
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

test('nothing is sent about a visitor after a refusal; after new consent, a new visitor is reported', async ({
  page,
}) => {
  await open(page);
  await expect.poll(added).toMatchObject([{ visitors: 1 }]);
  await page.evaluate(async () => {
    const list = document.querySelector('sidestream-recs');
    await list?.recommender?.profile.consent('denied');
  });
  shop.lines = [];
  await clickCardQuietly(page);
  await hide(page);
  await page.evaluate(async () => {
    await document.querySelector('sidestream-recs')?.recommender?.status.settled();
  });
  expect(shop.lines).toEqual([]);
  await page.reload();
  await expect(page.locator('#variant')).toHaveText(/pilot/);
  await agree(page);
  await expect.poll(added).toMatchObject([{ visitors: 1, clicks: { sum: 0 } }]);
});

test('operating figures are sums: the time of the first list, bytes, and errors by code', async ({ page }) => {
  const figures = async () => {
    const { operations, rejected } = await readMetricLog([shop.lines.join('\n')]);
    expect(rejected).toEqual([]);
    return [...operations.values()];
  };
  await openOwn(page, { consent: 'granted' });
  await expect.poll(added).toMatchObject([{ visitors: 1 }]);
  await page.evaluate(() => window.recommender.recommend());
  shop.answer = 500;
  await hide(page);
  await expect.poll(() => page.evaluate(() => window.codes)).toContain('runtime/not-sent');
  // Taken, and lost like the counts of such a report.
  shop.answer = 204;
  shop.lines = [];
  await hide(page);
  await expect.poll(figures).toMatchObject([{ pages: 0, errors: { 'runtime/not-sent': 1 } }]);
  shop.lines = [];
  await page.reload();
  await expect(page).toHaveTitle('Ready');
  // Without waiting for the page to be left: it may end before the worker answers.
  await page.evaluate(async () => {
    const { items } = await window.recommender.recommend();
    await window.recommender.track('impression', items[0].item.id);
  });
  await expect.poll(figures).toMatchObject([{ variant: 'pilot/on', pages: 1, errors: {} }]);
  const [{ firstList, bytes, encoders }] = await figures();
  expect(Object.values(firstList)).toEqual([1]);
  expect([bytes > 10_000, encoders]).toEqual([true, { webgpu: 0, wasm: 0 }]);
});

const clickCardQuietly = async (page: Page): Promise<void> => {
  await page.evaluate(() =>
    document.addEventListener('itemclick', (event) => event.preventDefault(), { capture: true }),
  );
  await clickCard(page);
};

async function openOwn(page: Page, given: Record<string, string>): Promise<void> {
  await page.goto(`${shop.origin}/own.html?${new URLSearchParams(given)}`);
  await expect(page).toHaveTitle('Ready');
}

/**
 * Tracks an order of two products, and leaves for another site a moment later, as after a confirmation page. A browser may let a
 * page live until the next one answers: with 0 ms the page is hidden at once, and what it would send afterwards is not sent.
 */
const orderAndLeave = (page: Page, wait: number): Promise<void> =>
  page.evaluate(
    async ([to, ms]) => {
      const { recommender } = window;
      const { items } = await recommender.recommend({ limit: 2 });
      for (const { item } of items) {
        await recommender.track('purchase', item.id, { transactionId: 'A-1', price: 5, currency: 'EUR' });
      }
      if (ms === 0) {
        window.dispatchEvent(new Event('pagehide'));
        window.fetch = () => new Promise(() => undefined);
      }
      setTimeout(() => location.assign(String(to)), Number(ms));
    },
    [shop.elsewhere, wait],
  );

for (const variant of ['on', 'off']) {
  for (const wait of [0, 300]) {
    // By day, each variant and each wait once.
    const tag = (variant === 'on') === (wait === 0) ? [] : '@nightly';
    test(`an order counts once, ${variant}, if the shopper leaves for another site ${wait} ms later`, {
      tag,
    }, async ({ page }) => {
      await openOwn(page, { consent: 'granted', variant });
      await expect.poll(added).toMatchObject([{ visitors: 1 }]);
      await orderAndLeave(page, wait);
      await page.waitForURL(shop.elsewhere);
      const bought = { visitors: 1, purchases: { visitors: 1, sum: 2, squares: 4 } };
      await expect.poll(added).toMatchObject([bought]);
      expect(shop.lines.filter((line) => line.includes('"purchases":{"visitors":1'))).toHaveLength(1);
      // The next page does not know that it has arrived, and what it sends again counts once.
      await openOwn(page, { consent: 'granted', variant });
      await hide(page);
      await page.evaluate(() => window.recommender.status.settled());
      expect(await added()).toMatchObject([bought]);
    });
  }

  test(`a visitor counts from the answer on, ${variant}, without a second page`, async ({ page }) => {
    await openOwn(page, { consent: 'pending', variant });
    await page.evaluate(async () => {
      const { recommender } = window;
      const [{ item }] = (await recommender.recommend({ limit: 1 })).items;
      await recommender.track('click', item.id, { placement: 'for-you' });
    });
    await hide(page);
    await page.evaluate(() => window.recommender.status.settled());
    // Not even counts: there is no answer.
    expect(shop.lines).toEqual([]);
    await page.evaluate(() => window.recommender.profile.consent('granted'));
    await expect.poll(added, { timeout: 2500 }).toMatchObject([{ visitors: 1, clicks: { sum: 1 } }]);
  });
}

test('a refusal holds on the next page too: nothing is sent, whatever is done there', async ({ page }) => {
  await openOwn(page, { consent: 'pending' });
  await page.evaluate(() => window.recommender.profile.consent('denied'));
  for (const given of [new Map(), new Map([['consent', 'denied']])]) {
    await openOwn(page, Object.fromEntries(given));
    await orderAndLeave(page, 300);
    await page.waitForURL(shop.elsewhere);
  }
  expect(shop.lines).toEqual([]);
});

test('the receiver in the how-to accepts reports from another origin, one per line', async ({ page }) => {
  const guide = await readFile(join(root, 'docs/how-to/experiments.md'), 'utf8');
  const [, code] = /```js\n(\/\/ receiver\.mjs[\s\S]*?)```/.exec(guide) ?? [];
  expect(code.split('\n').length).toBeLessThan(24);
  const folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  const own = code
    .replace('https://shop.example', shop.origin)
    .replace('listen(8080)', 'listen(Number(process.argv[2]))');
  await writeFile(join(folder, 'receiver.mjs'), own);
  const port = await freePort();
  const receiver = spawn(process.execPath, ['receiver.mjs', String(port)], { cwd: folder });
  try {
    const answers = async (): Promise<number> =>
      fetch(`http://127.0.0.1:${port}/other`).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(answers).toBe(404);
    const given = { consent: 'granted', to: `http://127.0.0.1:${port}/metrics` };
    await openOwn(page, given);
    await orderAndLeave(page, 300);
    await page.waitForURL(shop.elsewhere);
    await openOwn(page, given);
    expect(await page.evaluate(() => window.codes)).toEqual([]);
    const counts = join(folder, 'counts.jsonl');
    const totals = async () => [...totalsOf((await readMetricLog([await readFile(counts, 'utf8')])).days).values()];
    await expect.poll(totals).toMatchObject([{ visitors: 1, purchases: { visitors: 1, sum: 2 } }]);
  } finally {
    receiver.kill();
    await rm(folder, { recursive: true });
  }
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });

test('a report that a server refuses or does not get is sent again and counts once', async ({ page }) => {
  shop.answer = 500;
  await openOwn(page, { consent: 'granted' });
  await expect.poll(() => page.evaluate(() => window.codes)).toContain('runtime/not-sent');
  await orderAndLeave(page, 300);
  await page.waitForURL(shop.elsewhere);
  await page.route('**/metrics', (route) => route.abort());
  await openOwn(page, { consent: 'granted' });
  await expect.poll(() => page.evaluate(() => window.codes)).toContain('runtime/not-sent');
  expect(shop.lines).toEqual([]);
  await page.unroute('**/metrics');
  shop.answer = 204;
  await openOwn(page, { consent: 'granted' });
  await expect.poll(added).toMatchObject([{ visitors: 1, purchases: { visitors: 1, sum: 2 } }]);
});
