import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import { sidestream } from './support/commands';
import { packagePage, serveHeadless } from './support/headless';
import { products } from './support/shop';

let folder: string;
/** Files of offers that the page asked for. */
let asked: string[];

const LISTS = ['trending', 'for-you'].map(
  (placement) => `<sidestream-recs bundle="/bundle/" placement="${placement}" limit="6"></sidestream-recs>`,
);

/** A page with two lists and no script of its own, beside a copy of the demo's bundle. */
async function servePage(context: BrowserContext, body = LISTS.join('')): Promise<void> {
  await serveHeadless(context);
  await context.route('**/offers.html', (route) =>
    route.fulfill({ body: packagePage(body), contentType: 'text/html' }),
  );
  await context.route('**/bundle/**', (route) => {
    const name = new URL(route.request().url()).pathname.replace('/bundle/', '');
    if (name.startsWith('offers')) asked.push(name);
    return /^(manifest|offers)/.test(name) ? route.fulfill({ path: join(folder, name) }) : route.fallback();
  });
}

/** Runs `sidestream offers` on a feed. */
function publish(rows: string[], ...more: string[]): void {
  const feed = join(folder, '..', 'feed.csv');
  writeFileSync(feed, `${rows.join('\n')}\n`);
  sidestream('offers', feed, '--out', folder, ...more);
}

async function open(page: Page): Promise<void> {
  await page.goto('/offers.html');
  await expect(page.locator('sidestream-recs[state=filled]')).toHaveCount(2);
}

/** Ids and prices of the cards of a list. */
const cardsOf = (page: Page, placement: string): Promise<string[][]> =>
  page
    .locator(`sidestream-recs[placement=${placement}] li[data-id]`)
    .evaluateAll((cards) =>
      cards.map((card) => [card.getAttribute('data-id') ?? '', card.querySelector('[part=price]')?.textContent ?? '']),
    );

test.beforeEach(async ({ browserName: _ }, info) => {
  folder = info.outputPath('bundle');
  cpSync('dist/bundle', folder, { recursive: true });
  asked = [];
});

test('prices and stock change between two visits without a build, and the market has its own', async ({
  page,
  context,
}) => {
  await servePage(context);
  await open(page);
  const [[soldOut], [cheaper, price]] = await cardsOf(page, 'trending');
  expect(asked).toEqual([]);

  publish(['id,price,availability', `${soldOut},,out of stock`, `${cheaper},1.5,in stock`], '--currency', 'EUR');
  await open(page);
  const [[first, now]] = await cardsOf(page, 'trending');
  expect([first, now]).toEqual([cheaper, '€1.50']);
  expect(price).not.toContain('1.50');
  expect((await cardsOf(page, 'for-you')).map(([id]) => id)).not.toContain(soldOut);
  expect(asked).toEqual(['offers.json']);

  publish(['id,price', ...products().map(({ id }) => `${id},7`)], '--market', 'ch', '--currency', 'CHF');
  await context.unroute('**/offers.html');
  const market = LISTS.join('').replaceAll('limit="6"', 'limit="6" market="ch"');
  await context.route('**/offers.html', (route) =>
    route.fulfill({ body: packagePage(market), contentType: 'text/html' }),
  );
  asked = [];
  await open(page);
  expect(new Set((await cardsOf(page, 'trending')).map(([, text]) => text.replace(/\s/g, ' ')))).toEqual(
    new Set(['CHF 7.00']),
  );
  expect(asked).toEqual(['offers-ch.json']);
});

test('catalog.updateOffers() removes sold-out products from every list at once, and shows new prices; nothing is learned', async ({
  page,
  context,
}) => {
  await servePage(context);
  await open(page);
  const [trending, forYou] = [await cardsOf(page, 'trending'), await cardsOf(page, 'for-you')];
  const gone = [trending[1][0], forYou[2][0]];
  const kept = trending[0][0];
  const status = await page.evaluate(
    async ([sold, id]) => {
      window.recommender = await window.sidestream.createRecommender({ bundle: '/bundle/' });
      window.codes = [];
      window.recommender.on('error', ({ code }) => window.codes.push(code));
      await window.recommender.catalog.updateOffers([
        ...[sold].flat().map((itemId) => ({ id: itemId, availability: 'out-of-stock' as const })),
        { id: `${id}`, price: 0.5 },
      ]);
      return window.recommender.status.get();
    },
    [gone, kept] as const,
  );
  expect(status).toMatchObject({ events: 0, lastUpdate: null });
  for (const id of gone) await expect(page.locator(`li[data-id="${id}"]`)).toHaveCount(0);
  await expect(page.locator(`li[data-id="${kept}"] [part=price]`)).toHaveText('0.50');
  for (const placement of ['trending', 'for-you']) expect(await cardsOf(page, placement)).toHaveLength(6);
  const { rows } = await page.evaluate(() => window.recommender.experiment.metrics());
  expect(rows.every(({ clicks, purchases }) => clicks === 0 && purchases === 0)).toBe(true);

  // They come back, and hold in the worker that replaces this one.
  await page.evaluate(async (id) => {
    await window.recommender.catalog.updateOffers([{ id, availability: 'in-stock' }]);
    await window.sidestream.createRecommender({ bundle: '/bundle/', rules: { diversity: 0 } });
  }, gone[0]);
  await expect(page.locator(`li[data-id="${gone[0]}"]`)).toHaveCount(1);
  await expect(page.locator(`li[data-id="${gone[1]}"]`)).toHaveCount(0);
  expect(await page.evaluate(() => window.codes)).toEqual([]);
});

test('a damaged file leaves the prices of the bundle, with one error', async ({ page, context }) => {
  const codes: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') codes.push(message.text());
  });
  await servePage(context, LISTS[0] + LISTS[1]);
  await open(page);
  const before = await cardsOf(page, 'trending');
  publish(['id,price', `${before[0][0]},3`]);
  const file = join(folder, 'offers.json');
  writeFileSync(file, readFileSync(file).subarray(0, 40));
  codes.splice(0);
  await open(page);
  expect(await cardsOf(page, 'trending')).toEqual(before);
  expect(codes).toHaveLength(1);
  expect(codes[0]).toContain('The offers cannot be used');
});
