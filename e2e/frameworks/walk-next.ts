import type { Browser, Page } from '@playwright/test';
import { expect } from '../package/visit';

/** Tests the example for Next as shoppers use it, each with a separate browser profile. @throws the failed assertion */
export async function walkNext(browser: Browser, address: string): Promise<void> {
  for (const walk of [lookAround, order, startWithoutBundle]) {
    const context = await browser.newContext();
    await walk(await context.newPage(), address);
    await context.close();
  }
}

/**
 * Checks that the shop's own cards navigate without a new document, that lists follow the shopper from page to page without
 * consent, that lists of pages that Next keeps hidden take no products from other lists, that the cart has its list, and
 * that a shopper who said no is not asked again.
 */
async function lookAround(page: Page, address: string): Promise<void> {
  const trouble: string[] = [];
  page.on('pageerror', ({ message }) => trouble.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(message.text());
  });
  const list = page.locator('sidestream-recs:visible');
  const cards = list.locator('[part=item][data-id]');
  const databases = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  await page.goto(address);
  await expect(list).toHaveAttribute('state', 'filled');
  await expect(cards.first().locator('b')).not.toBeEmpty();
  await page.evaluate(() => document.documentElement.setAttribute('data-first', ''));

  // Products by the cards of lists; the last one is put into the cart.
  let path = '';
  for (let visits = 0; visits < 3; visits++) {
    const link = cards.first().getByRole('link');
    path = (await link.getAttribute('href')) ?? '';
    await link.click();
    // The previous page is still in the document: the test would wait for a card that it found there.
    await page.waitForURL(address + path);
    await expect(page.getByRole('button', { name: 'Add to cart', exact: true })).toBeVisible();
    await expect(list).toHaveAttribute('state', 'filled');
  }
  await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
  await page.getByRole('link', { name: 'Good things' }).click();
  await expect(page.getByRole('heading', { name: 'Everything' })).toBeVisible();
  const idsIn = (selector: string): Promise<(string | null)[]> =>
    page.evaluate((lists) => {
      const shown = [...document.querySelectorAll(lists)].map(({ shadowRoot }) => shadowRoot);
      const places = shown.flatMap((root) => [...(root?.querySelectorAll('[data-id]') ?? [])]);
      return places.map((place) => place.getAttribute('data-id'));
    }, selector);
  const home = 'sidestream-recs[layout=row]';
  // The list was requested again, and does not contain the product in the cart.
  await expect.poll(() => idsIn(home)).not.toContain(path.split('/').at(-1));
  // The lists of the products' pages are in the document, hidden, and took no products from this list.
  const hidden = await idsIn(`sidestream-recs:not(${home})`);
  expect(hidden.length).toBeGreaterThan(8);
  expect((await idsIn(home)).filter((id) => hidden.includes(id)).length).toBeGreaterThan(2);
  await page.getByRole('link', { name: 'Cart (1)' }).click();
  await expect(page.getByRole('heading', { name: 'Cart' })).toBeVisible();
  await expect(cards.first()).toBeVisible();
  expect(await page.locator('html[data-first]').count()).toBe(1);
  expect(await databases()).toEqual([]);

  await page.getByRole('button', { name: 'No' }).click();
  await expect(page.getByRole('complementary')).toHaveCount(0);
  await page.goto(address);
  await expect(list).toHaveAttribute('state', 'filled');
  await expect(page.getByRole('complementary')).toHaveCount(0);
  expect(await databases()).toEqual([]);
  expect(trouble).toEqual([]);
}

/**
 * Checks, on a server-rendered page, that a product added by a card's button is in the shop's cart, counts once, and is
 * bought.
 */
async function order(page: Page, address: string): Promise<void> {
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  await page.goto(`${address}/product/p1`);
  const card = page.locator('sidestream-recs [part=item][data-id]').first();
  const id = await card.getAttribute('data-id');
  await card.getByRole('button', { name: 'Add to cart' }).click();
  await expect(page.getByRole('link', { name: 'Cart (1)' })).toBeVisible();
  await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
  await expect.poll(() => tracked(page, 'cart')).toEqual([id, 'p1']);
  await page.getByRole('link', { name: 'Cart (2)' }).click();
  await expect(page.locator('sidestream-recs:visible')).toHaveAttribute('state', 'filled');
  await page.getByRole('button', { name: 'Place order' }).click();
  await expect(page.getByText('Thank you')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Cart (0)' })).toBeVisible();
  await expect.poll(() => tracked(page, 'purchase')).toEqual([id, 'p1']);
  expect(faults).toEqual([]);
}

/**
 * Checks that the shop works without the bundle and reports it once, and that the next page has its list as soon as the
 * bundle can be reached.
 */
async function startWithoutBundle(page: Page, address: string): Promise<void> {
  const faults: string[] = [];
  const warnings: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (message.text().includes('Cannot get')) warnings.push(message.text());
  });
  let refused = 0;
  await page.route('**/bundle/**', (route) => {
    refused++;
    return route.abort();
  });
  await page.goto(`${address}/product/p1`);
  await expect(page.locator('sidestream-recs[state=hidden]')).toBeAttached();
  const before = refused;
  await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
  await expect(page.getByRole('link', { name: 'Cart (1)' })).toBeVisible();
  await expect.poll(() => refused).toBeGreaterThan(before);
  await page.unroute('**/bundle/**');
  await page.getByRole('link', { name: 'Good things' }).click();
  await expect(page.getByRole('heading', { name: 'Everything' })).toBeVisible();
  await expect(page.locator('sidestream-recs:visible')).toHaveAttribute('state', 'filled');
  await expect(page.getByRole('complementary')).toBeVisible();
  await page.getByRole('link', { name: 'Blue lamp' }).last().click();
  await expect.poll(() => tracked(page, 'view')).toEqual(['p4']);
  expect(faults).toEqual([]);
  expect(warnings).toHaveLength(1);
}

/** Ids of the products that events of a type name, in the order in which they were tracked. */
const tracked = (page: Page, type: string): Promise<string[]> =>
  page.evaluate(async (wanted) => {
    const lists = [...document.querySelectorAll('sidestream-recs')];
    const recommender = lists.map((list) => list.recommender).find((found) => found);
    const [, exported = '{"events":[]}'] = ((await (await recommender?.profile.export())?.text()) ?? '').split('\n');
    const { events } = JSON.parse(exported) as { events: { type: string; itemId: string }[] };
    return events.filter((event) => event.type === wanted).map(({ itemId }) => itemId);
  }, type);
