import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import type { Recommender } from '../src/device/protocol';
import { violations } from './support/accessibility';
import { sidestream } from './support/commands';
import { eventsOf, serveHeadless } from './support/headless';
import { completed, openCheckout, publish } from './support/shopify/checkout-page';
import { defaults, readExample, schema, section, type ThemeObjects } from './support/shopify/theme-page';

const root = fileURLToPath(new URL('..', import.meta.url));
const feed = join(root, 'e2e/support/shopify/products.json');
const { products } = JSON.parse(readFileSync(feed, 'utf8'));

interface Line {
  variant_id: number;
  quantity: number;
}

let bundle: string;
test.beforeAll(() => {
  bundle = mkdtempSync(join(tmpdir(), 'sidestream-shopify-'));
  // As the README's cron step builds it.
  const mapping = join(root, 'examples/shopify/mapping.json');
  sidestream('build', feed, '--mapping', mapping, '--out', join(bundle, 'out'));
  // As products.json is for a country in which everything costs 1000 more.
  const swiss = join(bundle, 'swiss.json');
  const dearer = ({ price, ...rest }: { price: string }) => ({ ...rest, price: `1${price.padStart(6, '0')}` });
  const feeds = products.map((product: { variants: { price: string }[] }) => ({
    ...product,
    variants: product.variants.map(dearer),
  }));
  writeFileSync(swiss, JSON.stringify({ products: feeds }));
  const market = ['--market', 'switzerland', '--currency', 'CHF'];
  sidestream('offers', swiss, '--mapping', mapping, '--out', join(bundle, 'out'), ...market);
});
test.afterAll(() => rmSync(bundle, { recursive: true, force: true }));

const variantOf = (id: number) => {
  for (const product of products)
    for (const variant of product.variants)
      if (variant.id === id)
        return { id, title: product.title, price: 100 * Number(variant.price), available: variant.available };
  return null;
};
const productObject = (n: number) => {
  const { title, handle, variants } = products[n];
  const { id, price } = variants[0];
  return { title, handle, selected_or_first_available_variant: { id, price: 100 * Number(price) } };
};

/** A store: its pages, the addresses that themes use, and its Customer Privacy API. */
class Store {
  readonly cart: Line[] = [];
  readonly posted: unknown[] = [];
  readonly #page: Page;
  readonly #locale: string;
  readonly #currency: string;
  readonly #market: string;

  constructor(page: Page, { locale = 'en', currency = 'EUR', market = 'germany' } = {}) {
    this.#page = page;
    this.#locale = locale;
    this.#currency = currency;
    this.#market = market;
  }

  get #root(): string {
    return this.#locale === 'en' ? '/' : `/${this.#locale}`;
  }

  #lines() {
    return this.cart.map(({ variant_id, quantity }) => {
      const { title = '', price = 0 } = variantOf(variant_id) ?? {};
      return { id: variant_id, variant_id, quantity, title, product_title: title, price, final_price: price };
    });
  }

  /** Serves a page. @param sections settings of its sections @param shown objects of the page */
  async open(sections: Record<string, unknown>[], shown: Partial<ThemeObjects> = {}, dir = 'ltr'): Promise<void> {
    const page = this.#page;
    const prefix = this.#root.replace(/\/$/, '');
    await serveHeadless(page.context());
    await page.route('**/bundle/**', (route) =>
      route.fulfill({ path: join(bundle, 'out', new URL(route.request().url()).pathname.replace('/bundle/', '')) }),
    );
    await page.route('**/assets/sidestream-shopify.js', async (route) =>
      route.fulfill({ body: await readExample('assets/sidestream-shopify.js'), contentType: 'text/javascript' }),
    );
    await page.route(`**${prefix}/cart.js`, (route) =>
      route.fulfill({
        json: { token: 'c1', item_count: this.cart.length, items: this.#lines(), currency: this.#currency },
      }),
    );
    await page.route(`**${prefix}/cart/add.js`, async (route) => {
      const body = route.request().postDataJSON();
      this.posted.push(body);
      const asked: { id: number; quantity: number }[] = body.items;
      const soldOut = asked
        .map(({ id }) => variantOf(id))
        .find((variant) => !variant?.available || variant.id === this.refused);
      if (soldOut !== undefined) {
        const description = `The product '${soldOut?.title}' is already sold out.`;
        return route.fulfill({ status: 422, json: { status: 422, message: 'Cart Error', description } });
      }
      for (const { id, quantity } of asked) {
        const line = this.cart.find(({ variant_id }) => variant_id === id);
        if (line) line.quantity += quantity;
        else this.cart.unshift({ variant_id: id, quantity });
      }
      const items = this.#lines().filter(({ id }) => asked.some((one) => one.id === id));
      return route.fulfill({ json: { items, sections: { 'cart-drawer': '<p>New content</p>' } } });
    });
    const objects: ThemeObjects = {
      cart: { currency: { iso_code: this.#currency }, items: this.#lines() },
      shop: { currency: 'EUR' },
      localization: { market: { handle: this.#market }, country: { iso_code: 'CH' } },
      routes: { root_url: this.#root },
      request: { locale: { iso_code: this.#locale }, design_mode: false },
      ...shown,
    };
    const rendered = await Promise.all(sections.map((settings) => section(objects, { ...PLACES, ...settings })));
    const body = `<!doctype html><html lang="${this.#locale}" dir="${dir}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>A store</title><link rel="icon" href="data:,">
<style>:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif } .page-width { max-width: 70rem; margin-inline: auto; padding-inline: 1rem }</style>
<script>
  const answer = localStorage.getItem('answer') ?? '';
  window.Shopify = {
    currency: { active: '${this.#currency}', rate: '1.0' }, locale: '${this.#locale}',
    customerPrivacy: {
      preferencesProcessingAllowed: () => window.answer === 'yes',
      currentVisitorConsent: () => ({ preferences: window.answer, marketing: '', analytics: '', sale_of_data: '' }),
    },
  };
  window.answer = answer;
  window.refreshed = 0;
  addEventListener('cart:refresh', () => window.refreshed++);
  customElements.define('cart-drawer', class extends HTMLElement {
    getSectionsToRender() { return [{ id: 'CartDrawer', section: 'cart-drawer' }]; }
    renderContents({ sections }) { this.innerHTML = sections['cart-drawer']; }
  });
</script></head><body><main>${rendered.join('\n')}</main><cart-drawer class="is-empty"></cart-drawer>
<form action="${prefix}/cart/add" method="post"><input type="hidden" name="id" value="41060"><button>Add the shoe</button></form>
</body></html>`;
    await page.route(`**${prefix}/store`, (route) => route.fulfill({ body, contentType: 'text/html' }));
    await page.goto(`${prefix}/store`);
  }

  /** The shopper answers Shopify's banner. */
  answer(preferences: 'yes' | 'no'): Promise<void> {
    return this.#page.evaluate((given) => {
      Object.assign(window, { answer: given });
      document.dispatchEvent(new CustomEvent('visitorConsentCollected'));
    }, preferences);
  }

  /** A variant that is sold out since the bundle was built. */
  refused: number | null = null;
}

const PLACES = { bundle: '/bundle/', scripts: '/sidestream/' };
const list = (page: Page) => page.locator('sidestream-recs');
const cards = (page: Page) => page.locator('sidestream-recs [data-id]');
/** Waits until the script is connected. */
const connected = (page: Page) => expect(page.locator('html')).toHaveAttribute('data-sidestream', 'connected');

/** Asks the page's recommender, of which another handle is as good. */
const ask = <T>(page: Page, work: (recommender: Recommender) => Promise<T>): Promise<T> =>
  page.evaluate(`import('/sidestream/sidestream.js').then(async ({ createRecommender }) =>
    (${work.toString()})(await createRecommender({ bundle: '/bundle/' })))`);
/** Choices that the device has learned. */
const choices = (page: Page): Promise<number> =>
  ask(page, async (recommender) => {
    await recommender.status.settled();
    return (await recommender.status.get()).events;
  });

test('the schema is JSON with setting types that Shopify documents, and every text in every language', async () => {
  const { settings, presets, name } = await schema();
  const ids = settings.flatMap(({ id }) => id ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  expect(presets.length).toBeGreaterThan(0);
  for (const one of settings) {
    if (one.type === 'header') {
      expect(one.content).toBeTruthy();
      continue;
    }
    expect(['select', 'text', 'range', 'checkbox', 'color', 'color_background']).toContain(one.type);
    expect(one.label).toMatch(/^t:/);
    if (one.type === 'select') expect(one.options?.map(({ value }) => value)).toContain(one.default);
    if (one.type !== 'range') continue;
    const { min = 0, max = 0, step = 1, default: start } = one;
    // Shopify refuses ranges of more than 101 steps, and defaults between two of them.
    expect((max - min) / step).toBeLessThanOrEqual(100);
    expect((Number(start) - min) % step).toBe(0);
  }
  const texts = [
    name,
    ...settings.flatMap((one) => [one.label, one.content, one.info, ...(one.options ?? []).map(({ label }) => label)]),
  ];
  for (const file of ['en.default', 'de', 'fr']) {
    const locale = JSON.parse(await readExample(`locales/${file}.schema.json`));
    for (const text of texts.filter((one) => one !== undefined)) {
      const found = text
        .slice(2)
        .split('.')
        .reduce((part: Record<string, unknown>, key) => part?.[key] as never, locale);
      expect([file, text, typeof found]).toEqual([file, text, 'string']);
    }
  }
});

test('every setting is in the page, and texts cannot break out of it', async () => {
  const objects: ThemeObjects = {
    product: productObject(0),
    cart: { currency: { iso_code: 'USD' }, items: [] },
    shop: { currency: 'EUR' },
    localization: { market: { handle: 'north-america' }, country: { iso_code: 'US' } },
    routes: { root_url: '/' },
    request: { locale: { iso_code: 'en' }, design_mode: false },
  };
  const plain = await section(objects, { ...PLACES, prices: 'shop' });
  expect(plain).toContain('placement="for-you"');
  for (const [prices, market] of Object.entries({ market: 'north-america', country: 'us', currency: 'usd' }))
    expect(await section(objects, { ...PLACES, prices })).toContain(`market="${market}"`);
  // An older theme may lack the object, and a market in the shop's own currency needs no file.
  expect(await section({ ...objects, localization: undefined }, PLACES)).not.toContain('market=');
  const same = { ...objects, cart: { currency: { iso_code: 'EUR' }, items: [] } };
  expect(await section(same, PLACES)).toMatch(/currency="EUR"[\s\S]*market="north-america"/);
  const austrian = {
    ...objects,
    routes: { root_url: '/de-at' },
    request: { locale: { iso_code: 'de' }, design_mode: false },
  };
  expect(await section(austrian, PLACES)).toMatch(/lang="de"\s+href-template="\/de-at{path}"/);
  expect(plain).toContain('currency="EUR"');
  expect(plain).not.toMatch(/item-id|heading=|market=|color:|background:/);
  const full = await section(objects, {
    ...PLACES,
    placement: 'similar',
    heading: '<b>"Ours"</b>',
    limit: 5,
    layout: 'grid',
    space: 12,
    text: '#111111',
    accent: '#aa0000',
    background: '#fefefe',
  });
  for (const part of [
    ...['placement="similar"', 'item-id="41000"', 'heading="&lt;b&gt;&#34;Ours&#34;&lt;/b&gt;"', 'limit="5"'],
    ...[
      'layout="grid"',
      'market="north-america"',
      'lang="en"',
      'href-template="{path}"',
      'add-to-cart',
      'dismissible',
      'consent="shopify"',
    ],
    ...['color: #111111', '--sidestream-accent: #aa0000', 'background: #fefefe', 'padding-block: 12px'],
    ...['src="/sidestream/sidestream.js"', 'src="/assets/sidestream-shopify.js"'],
  ])
    expect(full).toContain(part);
  expect(full).not.toContain('schema');
  // The file of prices says their currency: without it, they are not in that of the page.
  expect(full).not.toContain('currency="USD"');
  const quiet = await section(objects, { ...PLACES, add_to_cart: false, dismissible: false, placement: 'cart' });
  expect(quiet).not.toMatch(/add-to-cart|dismissible/);
  expect(quiet).toMatch(/placement="complement"[\s\S]*cart-synced/);
  const among = { ...objects, product: null, collection: { products: [productObject(3), productObject(4)] } };
  const inCollection = await section(among, { ...PLACES, placement: 'similar' });
  expect(inCollection).toContain('item-id="[41030,41040]"');
  // Nothing before the owner has said where the bundle is; a hint in the editor.
  expect((await section(objects, await defaults())).trim()).toBe('');
  const editor = { ...objects, request: { ...objects.request, design_mode: true } };
  expect(await section(editor, await defaults())).toContain('enter the address of the bundle');
  const [, context = ''] = /data-sidestream-page>([\s\S]*?)<\/script>/.exec(full) ?? [];
  expect(JSON.parse(context)).toEqual({
    ...{
      root: '/',
      scripts: '/sidestream/',
      bundle: '/bundle/',
      market: 'north-america',
      locale: 'en',
      currency: 'USD',
      shopCurrency: 'EUR',
    },
    product: { id: '41000', price: 59 },
    cart: [],
  });
});

test('stores nothing before the shopper answers the banner, keeps the views after a yes, and deletes them after a no', async ({
  page,
}) => {
  const store = new Store(page);
  await store.open([{}, { placement: 'similar', heading: 'Similar' }], { product: productObject(0) });
  await expect(cards(page).first()).toBeVisible();
  await connected(page);
  // The product of the page was seen.
  await expect.poll(() => choices(page)).toBe(1);
  const databases = () => page.evaluate(async () => (await indexedDB.databases()).length);
  expect(await databases()).toBe(0);
  await store.answer('yes');
  await expect.poll(databases).toBe(1);
  expect(await choices(page)).toBe(1);
  await store.answer('no');
  await expect.poll(databases).toBe(0);
});

test('puts the product of a card into the store’s cart, and notifies the theme', async ({ page }) => {
  const store = new Store(page);
  await store.open([{ heading: 'For you' }, { placement: 'cart', heading: 'Goes with it' }]);
  await connected(page);
  const card = cards(page).first();
  const id = await card.getAttribute('data-id');
  const compared = page.waitForResponse('**/cart.js');
  await card.getByRole('button', { name: /add to cart/i }).click();
  await expect(page.locator('cart-drawer')).toHaveText('New content');
  await expect(page.locator('cart-drawer')).not.toHaveClass(/is-empty/);
  expect(await page.evaluate(() => Reflect.get(window, 'refreshed'))).toBe(1);
  expect(store.posted).toEqual([
    { items: [{ id: Number(id), quantity: 1 }], sections: 'cart-drawer', sections_url: '/store' },
  ]);
  expect(store.cart).toEqual([{ variant_id: Number(id), quantity: 1 }]);
  // The list has tracked it; the theme's request is not counted as another. Changes of the cart are looked at one after another.
  await compared;
  await expect(list(page).last()).toHaveAttribute('state', 'filled');
  store.cart.length = 0;
  await page.route('**/cart/clear.js', (route) => route.fulfill({ json: { items: [] } }));
  await page.evaluate(() => fetch('/cart/clear.js', { method: 'POST' }));
  await expect(list(page).last()).not.toHaveAttribute('state', 'filled');
  const rows = await ask(page, async (r) =>
    (await r.experiment.metrics()).rows.map(({ placement, carts }) => [placement, carts]),
  );
  expect(rows.filter(([, carts]) => carts)).toEqual([['for-you', 1]]);
});

test('says why the store refuses a product, and does not count it', async ({ page }) => {
  const store = new Store(page);
  await store.open([{}]);
  await connected(page);
  const card = cards(page).first();
  store.refused = Number(await card.getAttribute('data-id'));
  await card.getByRole('button', { name: /add to cart/i }).click();
  await expect(page.locator('.sidestream-message')).toHaveText(/already sold out/);
  expect(store.cart).toEqual([]);
});

test('follows the theme’s own buttons, and products that leave the cart', async ({ page }) => {
  const store = new Store(page);
  store.cart.push({ variant_id: 41010, quantity: 1 });
  await store.open([{ placement: 'cart', heading: 'Goes with it' }]);
  await connected(page);
  const carts = () =>
    ask(page, async (r) => (await r.experiment.metrics()).rows.reduce((sum, row) => sum + row.carts, 0));
  await page.evaluate(() =>
    fetch('/cart/add.js', { method: 'POST', body: JSON.stringify({ items: [{ id: 41070, quantity: 2 }] }) }),
  );
  await expect.poll(carts).toBe(1);
  // Products that were in the cart when the page loaded are not new.
  await expect(list(page)).toHaveAttribute('state', 'filled');
  store.cart.length = 0;
  await page.route('**/cart/clear.js', (route) => route.fulfill({ json: { items: [] } }));
  await page.evaluate(() => fetch('/cart/clear.js', { method: 'POST' }));
  await expect(list(page)).not.toHaveAttribute('state', 'filled');
});

const QUEUE = 'sidestream-purchases';
const queue = (page: Page) => page.evaluate((key) => localStorage.getItem(key), QUEUE);
/** Purchases in the log on the device. */
const purchases = async (page: Page) =>
  (await eventsOf(page, ['type', 'itemId', 'quantity', 'price', 'currency', 'transactionId'])).flatMap(
    ({ type, ...rest }) => (type === 'purchase' ? [rest] : []),
  );
const BOUGHT = [
  { itemId: '41000', quantity: 2, price: 53.1, currency: 'EUR', transactionId: '5396439498987' },
  { itemId: '41010', quantity: 1, price: 62.1, currency: 'EUR', transactionId: '5396439498987' },
];

test('counts what was bought in checkout once, and leaves it out of the lists', async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem('answer', 'yes'));
  const store = new Store(page);
  await store.open([{}]);
  await connected(page);
  const shown = () => cards(page).evaluateAll((all) => all.map((card) => card.getAttribute('data-id') ?? ''));
  await expect(cards(page).first()).toBeVisible();
  expect((await shown()).some((id) => /^410[01]\d$/.test(id))).toBe(true);
  await openCheckout(page, true);
  await publish(page, await completed());
  // The thank-you page may be loaded again.
  await publish(page, await completed());
  const noted = JSON.parse((await queue(page)) ?? '');
  expect(noted).toEqual([
    {
      order: '5396439498987',
      time: expect.any(Number),
      currency: 'EUR',
      items: [
        { id: '41000', quantity: 2, price: 53.1 },
        { id: '41010', quantity: 1, price: 62.1 },
      ],
    },
  ]);
  await store.open([{}, { placement: 'similar' }], { product: productObject(2) });
  await expect.poll(() => queue(page)).toBeNull();
  await expect.poll(() => purchases(page)).toEqual(BOUGHT);
  await expect.poll(async () => (await shown()).filter((id) => /^410[01]\d$/.test(id))).toEqual([]);
  // The same order again, as if it had been noted by another frame.
  await page.evaluate(([key, text]) => localStorage.setItem(key, text), [QUEUE, JSON.stringify(noted)] as const);
  await store.open([{}]);
  await expect.poll(() => queue(page)).toBeNull();
  expect(await purchases(page)).toEqual(BOUGHT);
});

test('counts a purchase once although two tabs take it, and one of them before the page is left', async ({ page }) => {
  const context = page.context();
  await context.addInitScript(() => localStorage.setItem('answer', 'yes'));
  const tabs = [page, await context.newPage()];
  for (const tab of tabs) {
    await new Store(tab).open([{}]);
    await connected(tab);
  }
  const checkout = await context.newPage();
  await openCheckout(checkout, true);
  await publish(checkout, await completed());
  await expect.poll(() => queue(page)).toBeNull();
  await expect.poll(() => purchases(page)).toEqual(BOUGHT);
});

test('notes no purchase without permission for preferences, and deletes a noted one after a no', async ({ page }) => {
  await openCheckout(page, false);
  await publish(page, await completed());
  expect(await queue(page)).toBeNull();
  const answer = (allowed: boolean) =>
    publish(page, {
      name: 'visitorConsentCollected',
      customerPrivacy: { preferencesProcessingAllowed: allowed },
    });
  await answer(true);
  await publish(page, await completed());
  expect(await queue(page)).not.toBeNull();
  await answer(false);
  await expect.poll(() => queue(page)).toBeNull();
  await answer(true);
  await publish(page, await completed());
  const store = new Store(page);
  await store.open([{}]);
  await connected(page);
  // Before the shopper answers, it is neither read nor deleted.
  await expect(cards(page).first()).toBeVisible();
  expect(await queue(page)).not.toBeNull();
  await store.answer('no');
  await expect.poll(() => queue(page)).toBeNull();
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
});

test('refuses a queue that the pixel did not write, with one warning', async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem('answer', 'yes'));
  const warnings: string[] = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  const order = { order: '1', time: Date.now(), currency: 'EUR', items: [{ id: '41000', quantity: 1, price: 1 }] };
  const store = new Store(page);
  await store.open([{}]);
  for (const text of [
    '[{"order"',
    '{}',
    JSON.stringify([{ ...order, email: 'erika@example.com' }]),
    JSON.stringify([{ ...order, items: [{ id: '41000', quantity: '1', price: 1 }] }]),
    JSON.stringify(Array.from({ length: 11 }, () => order)),
  ]) {
    warnings.length = 0;
    await page.evaluate(([key, value]) => localStorage.setItem(key, value), [QUEUE, text] as const);
    await store.open([{}]);
    await expect.poll(() => queue(page)).toBeNull();
    expect(warnings.filter((line) => line.includes(QUEUE))).toHaveLength(1);
  }
  expect(await purchases(page)).toEqual([]);
  // A note of last year is dropped without a word.
  const old = JSON.stringify([{ ...order, time: order.time - 365 * 86_400_000 }]);
  await page.evaluate(([key, value]) => localStorage.setItem(key, value), [QUEUE, old] as const);
  await store.open([{}]);
  await expect.poll(() => queue(page)).toBeNull();
  expect(await purchases(page)).toEqual([]);
});

test('shows the prices of the market, or else the prices and the currency of the shop', async ({ page }) => {
  const warnings: string[] = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  const price = page.locator('sidestream-recs [part~=price]').first();
  await new Store(page, { currency: 'CHF', market: 'switzerland' }).open([{}]);
  await expect(price).toHaveText(/^CHF\s1,0/);
  await new Store(page, { currency: 'USD', market: 'us' }).open([{}]);
  await expect(price).toHaveText(/^€\d\d\.\d\d$/);
  await connected(page);
  expect(warnings.filter((line) => line.includes('not of "us"'))).toHaveLength(1);
  // The market at home needs no file.
  warnings.length = 0;
  await new Store(page).open([{}]);
  await expect(price).toHaveText(/^€\d\d\.\d\d$/);
  await connected(page);
  expect(warnings).toEqual([]);
});

test('links to products in the language of the page', async ({ page }) => {
  const store = new Store(page, { locale: 'de' });
  await store.open([{ heading: 'Für dich' }]);
  await connected(page);
  await expect(
    cards(page)
      .first()
      .getByRole('button', { name: /warenkorb/i }),
  ).toBeVisible();
  const { handle } = products.find(({ variants }: { variants: { id: number }[] }) => variants.length > 1);
  expect(handle).toBeTruthy();
  await page.route('**/de/products/**', (route) => route.fulfill({ body: 'a product', contentType: 'text/html' }));
  const link = cards(page).first().getByRole('link');
  // Also for "open in a new tab", and not on the host that the feed names.
  await expect(link).toHaveAttribute('href', /^\/de\/products\/[a-z-]+\?variant=410\d\d$/);
  await link.click();
  await expect(page).toHaveURL(/\/de\/products\/[a-z-]+\?variant=410\d\d$/);
});

test('has no serious violation and fits a phone, light, dark and from right to left', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const store = new Store(page);
  await store.open([
    { heading: 'For you' },
    { placement: 'trending', heading: 'Popular now', layout: 'grid', limit: 4 },
  ]);
  await expect(cards(page).nth(8)).toBeAttached();
  expect(await violations(page, { include: ['main'], all: true })).toEqual([]);
  await page.screenshot({ path: 'test-results/shopify-wide.png', fullPage: true });
  await page.setViewportSize({ width: 375, height: 800 });
  await page.screenshot({ path: 'test-results/shopify-phone.png', fullPage: true });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await page.screenshot({ path: 'test-results/shopify-dark.png', fullPage: true });
  const arabic = new Store(page, { locale: 'ar' });
  await arabic.open([{ heading: 'قد يعجبك' }], {}, 'rtl');
  await expect(cards(page).first()).toBeVisible();
  await page.screenshot({ path: 'test-results/shopify-rtl.png', fullPage: true });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
});
