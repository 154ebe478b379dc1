import type { BrowserContext, Page } from '@playwright/test';
import type { Counts } from '../src';
import type { AdapterReport } from '../src/page/adapters/report';
import { eventsOf, type LogRow, serveHeadless } from './support/headless';
import { expect, products, test } from './support/shop';

declare global {
  interface Window {
    dataLayer: unknown[];
    gtag(...args: unknown[]): void;
    reports: AdapterReport[];
  }
}

const [A, B, C, D, E] = products().map(({ id }) => id);

/** A shop's page with markup, the snippets of GTM and gtag, and a list of recommendations. */
const page = (body: string): string => `<!doctype html><html lang="en"><meta charset="utf-8"><title>A plain shop</title>
<link rel="icon" href="data:,"><style>sidestream-recs { display: block; min-height: 600px }</style>
<script>window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); } window.gtag = gtag;</script>
${body}
<sidestream-recs limit="4"></sidestream-recs>
<script type="module">
  import { createRecommender } from '/sidestream/sidestream.js';
  import { connectAttributes, connectDataLayer } from '/sidestream/adapters.js';
  window.reports = [];
  const onReport = (report) => window.reports.push({ ...report, payload: null });
  const recommender = createRecommender({ bundle: '/bundle/', consent: 'granted' });
  connectDataLayer(recommender, { onReport });
  connectAttributes(recommender, { onReport });
  window.recommender = await recommender;
  const list = document.querySelector('sidestream-recs');
  list.addEventListener('itemclick', ({ detail }) => {
    dataLayer.push({ event: 'select_item', ecommerce: { items: [{ item_id: detail.item.id }] } });
  });
  list.recommender = window.recommender;
</script>`;

async function serve(context: BrowserContext, pages: Record<string, string>): Promise<void> {
  await serveHeadless(context);
  for (const [name, body] of Object.entries(pages)) {
    await context.route(`**/${name}*`, (route) => route.fulfill({ body: page(body), contentType: 'text/html' }));
  }
}

async function open(page: Page, name: string): Promise<void> {
  await page.goto(`/${name}`);
  await page.waitForFunction(() => 'recommender' in window);
  await expect(page.locator('sidestream-recs [data-id]').first()).toBeVisible();
}

/** Event, item and reason of everything that the adapters dropped. */
const drops = (page: Page) =>
  page.evaluate(() => window.reports.flatMap((r) => (r.outcome === 'dropped' ? [[r.event, r.itemId, r.reason]] : [])));

/** Events of one type in the log, once there are `count`, without their times and ids. */
async function logged(page: Page, type: string, count: number): Promise<Partial<LogRow>[]> {
  const ofType = async () => (await eventsOf(page)).filter((event) => event.type === type);
  await expect.poll(async () => (await ofType()).length).toBe(count);
  return (await ofType()).map(({ id: _, time: _time, ...event }) => event);
}

test('the events that a page marks up are tracked, by mouse and keyboard, also in elements added later', async ({
  page,
  context,
}) => {
  await serve(context, {
    'marked.html': `
      <ul data-sidestream-placement="category">
        <li data-sidestream-item="${A}" data-sidestream-position="0"><a href="#a">One</a> <button>Compare</button></li>
        <li data-sidestream-item="${B}" data-sidestream-position="1"><a href="#b">Two</a></li>
        <li data-sidestream-item="${E}" style="margin-top: 300vh"><a href="#e">Far below</a></li>
      </ul>
      <main data-sidestream-item="${C}" data-sidestream-view data-sidestream-price="12.50" data-sidestream-currency="eur"
        style="position: fixed; top: 0; right: 0">
        <a href="#reviews">Reviews</a>
        <form data-sidestream-event="cart" onsubmit="return false"><input name="quantity" value="3"><button>Add</button></form>
        <button data-sidestream-event="dismiss">Not for me</button>
        <button data-sidestream-event="cartt">Misspelled</button>
      </main>
      <button data-sidestream-event="cart">About nothing</button>`,
  });
  await open(page, 'marked.html');
  expect(await logged(page, 'view', 1)).toEqual([{ type: 'view', itemId: C, price: 12.5, currency: 'EUR' }]);
  const seen = (await logged(page, 'impression', 2)).sort((x, y) => Number(x.position) - Number(y.position));
  expect(seen).toEqual([
    { type: 'impression', itemId: A, placement: 'category', position: 0 },
    { type: 'impression', itemId: B, placement: 'category', position: 1 },
  ]);

  // Events of the page with the names of the element's events neither hide clicks nor throw, whatever their detail.
  await page.evaluate((id) => {
    const item = { id };
    for (const detail of [null, 5, { item, items: 5 }, { item, items: [null] }, { item, items: [{ item }] }])
      for (const name of ['itemclick', 'recommend', 'addtocart'])
        document.querySelector('ul')?.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }, A);
  await page.getByText('One').click();
  await page.getByText('Compare').click();
  await page.getByText('Reviews').click();
  await page.getByText('Two').focus();
  await page.keyboard.press('Enter');
  expect((await logged(page, 'click', 2)).map(({ itemId, position }) => [itemId, position])).toEqual([
    [A, 0],
    [B, 1],
  ]);

  await page.locator('input').focus();
  await page.keyboard.press('Enter');
  expect(await logged(page, 'cart', 1)).toEqual([
    { type: 'cart', itemId: C, price: 12.5, currency: 'EUR', quantity: 3 },
  ]);
  await page.getByText('Not for me').click();
  await logged(page, 'dismiss', 1);
  await page.getByText('Misspelled').click();
  await page.getByText('About nothing').click();
  expect(await drops(page)).toEqual([
    ['cartt', C, 'invalid-field'],
    ['cart', null, 'no-id'],
  ]);

  // A shop that changes the page without loading another.
  await page.evaluate((id) => document.querySelector('main')?.setAttribute('data-sidestream-item', id), D);
  expect((await logged(page, 'view', 2))[1].itemId).toBe(D);
});

test('an order on another page is attributed to the clicked recommendation, once, and no click counts twice', async ({
  page,
  context,
}) => {
  await serve(context, {
    'list.html': '',
    'thanks.html': `<script>
      const id = new URLSearchParams(location.search).get('id');
      const items = [{ item_id: id, price: 20, quantity: 2 }, { item_id: 'not-ours' }];
      dataLayer.push({ ecommerce: null });
      dataLayer.push({ event: 'purchase', ecommerce: { transaction_id: 'T-1', currency: 'EUR', items } });
    </script>`,
  });
  await open(page, 'list.html');
  const card = page.locator('sidestream-recs [data-id]').nth(1);
  const id = (await card.getAttribute('data-id')) ?? '';
  await page.evaluate(() =>
    document.addEventListener('itemclick', (event) => event.preventDefault(), { capture: true }),
  );
  await card.locator('a, button').first().click();
  const [click] = await logged(page, 'click', 1);
  expect(click).toMatchObject({ itemId: id, placement: 'for-you', position: 1 });
  await expect.poll(() => drops(page)).toEqual([['select_item', id, 'duplicate']]);
  expect(await logged(page, 'click', 1)).toHaveLength(1);

  for (const visit of ['first', 'reload']) {
    await open(page, `thanks.html?id=${encodeURIComponent(id)}&visit=${visit}`);
    const origin = { placement: 'for-you', position: 1, recommendationId: click.recommendationId };
    await expect.poll(() => page.evaluate(() => window.reports.length)).toBe(2);
    const bought = (await eventsOf(page)).filter(({ type, itemId }) => type === 'purchase' && itemId === id);
    expect(bought).toEqual([
      expect.objectContaining({ ...origin, price: 20, quantity: 2, currency: 'EUR', transactionId: 'T-1' }),
    ]);
    // An unknown item is refused once the page has all items; before, it is only in the log.
    for (const drop of await drops(page)) expect(drop).toEqual(['purchase', 'not-ours', 'unknown-item']);
  }

  // A pushed object that throws when it is read does not stop the shop.
  const pushed = await page.evaluate(() => {
    const before = window.dataLayer.length;
    const thrower = () => {
      throw Object.create(null);
    };
    const trap = new Proxy({}, new Proxy({}, { get: () => thrower }));
    window.dataLayer.push(trap);
    window.dataLayer.push({ event: 'add_to_cart', ecommerce: trap });
    return window.dataLayer.push({ event: '%s', length: 3e7, items: trap, toString: thrower }) - before;
  });
  expect(pushed).toBe(3);
  await page.evaluate((item) => window.gtag('event', 'add_to_cart', { items: [{ item_id: item }] }), id);
  expect(await logged(page, 'cart', 1)).toEqual([
    expect.objectContaining({ recommendationId: click.recommendationId }),
  ]);
  const { rows } = await page.evaluate(() => window.recommender.experiment.metrics());
  expect(rows.find(({ placement }) => placement === 'for-you')).toMatchObject({
    clicks: 1,
    carts: 1,
    purchases: 1,
    conversion: 1,
    revenue: { EUR: 40 },
  });
});

test('the counts of a page reach the shop’s hook when it closes, and contain no item', async ({ page, context }) => {
  await serveHeadless(context);
  await page.goto('/headless.html');
  await page.waitForFunction(() => 'sidestream' in window);
  const calls = await page.evaluate(async (id) => {
    const received: Counts[][] = [];
    const recommender = await window.sidestream.createRecommender({
      bundle: '/bundle/',
      consent: 'granted',
      experiment: { name: 'test', variants: [{ name: 'only' }] },
      onMetric: (counts) => received.push(counts),
    });
    await recommender.track('click', id, { placement: 'for-you', recommendationId: 'r' });
    await recommender.track('purchase', id, { price: 3, transactionId: 'secret' });
    await recommender.close();
    return received;
  }, A);
  // A report at the start may have the click already.
  const rows = calls.flat();
  const sum = (name: 'impressions' | 'clicks' | 'carts' | 'purchases') =>
    rows.reduce((total, row) => total + row[name], 0);
  expect([sum('impressions'), sum('clicks'), sum('carts'), sum('purchases')]).toEqual([0, 1, 0, 1]);
  const named = { variant: 'test/only', placement: 'for-you' };
  const { revenue } = rows[rows.length - 1];
  expect(revenue).toEqual({ XXX: 3 });
  const names = ['variant', 'placement', 'impressions', 'clicks', 'carts', 'purchases', 'revenue'];
  for (const row of rows)
    expect([row, Object.keys(row).sort()]).toEqual([expect.objectContaining(named), names.sort()]);
});

test('a cart that a list tracks is not counted again when the data layer reports it, unless the page has prevented it', async ({
  page,
  context,
}) => {
  await serve(context, { 'buy.html': '' });
  await open(page, 'buy.html');
  const list = page.locator('sidestream-recs');
  // A cart changes the list, so a card is chosen and clicked in one step.
  const addToCart = async (but?: string | null) => {
    const card = list.locator(`[data-id]:not([data-id="${but}"])`, { has: page.locator('[data-add-to-cart]') }).first();
    return card.evaluate((chosen) => {
      chosen.querySelector<HTMLElement>('[data-add-to-cart]')?.click();
      return chosen.getAttribute('data-id');
    });
  };
  await page.evaluate(() => {
    const element = document.querySelector('sidestream-recs');
    if (element) element.addToCart = true;
    // A shop that waits for its server, and one that tells its data layer at once and then does everything itself.
    document.addEventListener('addtocart', (event) => {
      const push = () => {
        const items = event.detail.items.map(({ item }) => ({ item_id: item.id, quantity: 1 }));
        window.dataLayer.push({ event: 'add_to_cart', ecommerce: { items } });
      };
      if (Reflect.get(window, 'own') !== true) return void setTimeout(push, 1500);
      push();
      event.preventDefault();
    });
  });
  const one = await addToCart();
  await expect.poll(() => drops(page)).toEqual([['add_to_cart', one, 'duplicate']]);
  const [cart] = await logged(page, 'cart', 1);
  expect(cart).toMatchObject({ itemId: one, placement: 'for-you', position: 0, quantity: 1 });
  expect(cart.recommendationId).toBeTruthy();

  await page.evaluate(() => Reflect.set(window, 'own', true));
  const two = await addToCart(one);
  expect((await logged(page, 'cart', 2))[1]).toEqual({ type: 'cart', itemId: two, quantity: 1 });
  expect(await drops(page)).toHaveLength(1);
});
