import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page, Route } from '@playwright/test';
import { compressed, difference, TOLERANCE } from '../../scripts/pictures/compare';
import type { Recommender } from '../../src/device/protocol';
import { run } from '../package/project';
import { expect } from '../package/visit';
import { violations } from '../support/accessibility';
import { WordPress } from './word-press';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Goes through WordPress as the shop's owner (activate, settings, block) and as a shopper (lists, product, cart, order, consent).
 * WordPress is real; WooCommerce is a stand-in, because Debian does not have it.
 * @param project folder with the packed package
 */
export async function walkWooCommerce(browser: Browser, project: string): Promise<string> {
  const installed = join(project, 'node_modules', 'sidestream');
  const shop = await WordPress.start(join(installed, 'examples', 'woocommerce', 'sidestream'));
  const trouble: string[] = [];
  const open = async (): Promise<BrowserContext> => {
    const context = await browser.newContext({ baseURL: shop.origin, viewport: { width: 1440, height: 760 } });
    context.on('weberror', (error) => trouble.push(error.error().message));
    return context;
  };
  try {
    await buildFiles(shop, project, installed);
    const owner = await open();
    await manage(await owner.newPage());
    const shopper = await open();
    await visit(await shopper.newPage());
    await refuse(await (await open()).newPage());
    await vary(await owner.newPage(), await (await open()).newPage());
    expect(trouble).toEqual([]);
    expect(await shop.complaints()).toEqual([]);
    return 'settings, block, lists, view, cart, order once, consent, variations';
  } finally {
    await shop.close();
  }
}

/** Builds the bundle from the export of products, and puts it and the scripts beside WordPress. */
async function buildFiles(shop: WordPress, project: string, installed: string): Promise<void> {
  const table = fileURLToPath(new URL('templates/woocommerce/products.csv', import.meta.url));
  const text = (await readFile(table, 'utf8')).replaceAll('{site}', shop.origin);
  await writeFile(join(project, 'wc-product-export.csv'), text);
  for (const [, name] of text.matchAll(/uploads\/([\w-]+\.webp)/g))
    await cp(join(root, 'public', 'images', name), join(shop.site, 'wp-content', 'uploads', name));
  await writeFile(join(project, 'mapping.json'), '{ "variants": true }');
  const build = async (out: string, ...options: string[]) => {
    const files = ['wc-product-export.csv', '--out', join(shop.site, out), '--cache', 'cache', '--allow-private'];
    const { stdout } = await run('npx', ['--no-install', 'sidestream', 'build', ...files, ...options], {
      cwd: project,
    });
    return stdout;
  };
  expect(await build('bundle')).toMatch(/13 items.* 1 not published/s);
  expect(await build('variations', '--mapping', 'mapping.json')).toMatch(/15 items/);
  await cp(join(installed, 'lib', 'cdn'), join(shop.site, 'sidestream'), { recursive: true });
}

/** The owner activates the plugin, enters the settings, and puts the block on a page. */
async function manage(page: Page): Promise<void> {
  await page.goto('/wp-login.php');
  await page.getByLabel('Username').fill('admin');
  await page.locator('#user_pass').fill('secret');
  await page.getByRole('button', { name: 'Log In' }).click();
  await page.waitForURL('**/wp-admin/');
  await page.goto('/wp-admin/plugins.php');
  await page.locator('#activate-sidestream-recommendations').click();
  await expect(page.getByText('Plugin activated.')).toBeVisible();

  await page.goto('/wp-admin/options-general.php?page=sidestream');
  const [bundle, scripts] = [page.getByLabel('Address of the bundle'), page.getByLabel('Address of the scripts')];
  const save = () => page.getByRole('button', { name: 'Save Changes' }).click();
  for (const wrong of ['bundle', 'javascript:alert(1)', '//files.example/', '/bundle/?v=1']) {
    await bundle.fill(wrong);
    await save();
    await expect(page.locator('.notice-error')).toContainText(wrong);
    await expect(bundle).toHaveValue('');
  }
  await bundle.fill('/nothing/');
  await save();
  await expect(page.getByText('✗ cannot be read by pages of this shop')).toBeVisible();
  await bundle.fill('/bundle');
  await scripts.fill('/sidestream/');
  await page.getByLabel('what goes well with the cart').check();
  await save();
  await expect(page.getByText('Settings saved.')).toBeVisible();
  await expect(bundle).toHaveValue('/bundle/');
  await expect(page.getByText('✓ found')).toHaveCount(2);
  await expect(page.getByLabel('similar products below the product')).toBeChecked();

  await page.goto('/wp-admin/post-new.php?post_type=page');
  const welcome = page.getByRole('button', { name: 'Close dialog' }).or(page.getByRole('button', { name: 'Close' }));
  await welcome.first().click();
  await page.getByLabel('Add title').fill('For our guests');
  await page.getByRole('button', { name: 'Toggle block inserter' }).click();
  await page.getByPlaceholder('Search').fill('Recommendations');
  await page.getByRole('option', { name: 'Recommendations' }).click();
  await page.getByRole('button', { name: 'Toggle block inserter' }).click();
  await page.getByRole('button', { name: 'Align' }).click();
  await page.getByRole('menuitemradio', { name: 'Wide width' }).click();
  await page.getByLabel('Heading', { exact: true }).fill('Picked for "you" & yours');
  await expect(page.locator('.wp-block-sidestream-recommendations h2')).toHaveText('Picked for "you" & yours');
  await picture(page, 'woocommerce-editor');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByLabel('Editor publish').getByRole('button', { name: 'Publish', exact: true }).click();
  await expect(page.getByText('is now live.').first()).toBeVisible();
}

/** Takes a picture of the manual again if it looks different. */
async function picture(page: Page, name: string): Promise<void> {
  const path = join(root, 'docs', 'pictures', `${name}.webp`);
  const [screenshot, present] = await Promise.all([
    page.screenshot({ animations: 'disabled' }),
    readFile(path).catch(() => null),
  ]);
  if (present && (await difference(present, screenshot)) <= TOLERANCE) return;
  await writeFile(path, await compressed(screenshot, name));
}

const lists = (page: Page) => page.locator('sidestream-recs');
const cards = (page: Page) => page.locator('sidestream-recs [data-id]');
const connected = (page: Page) => expect(page.locator('html')).toHaveAttribute('data-sidestream', 'connected');

/** Asks another handle of the page's recommender. */
const ask = <T>(page: Page, work: (recommender: Recommender) => Promise<T>): Promise<T> =>
  page.evaluate(`import('/sidestream/sidestream.js').then(async ({ createRecommender }) =>
    (${work.toString()})(await createRecommender({ bundle: '/bundle/' })))`);
const choices = (page: Page): Promise<number> =>
  ask(page, async (recommender) => {
    await recommender.status.settled();
    return (await recommender.status.get()).events;
  });
const databases = (page: Page) => page.evaluate(async () => (await indexedDB.databases()).length);
const counted = (page: Page, what: 'carts' | 'purchases') =>
  ask(page, async (recommender) => (await recommender.experiment.metrics()).rows).then((rows) =>
    rows.reduce((sum, row) => sum + row[what], 0),
  );

/** A shopper who agrees: from the list to an order. */
async function visit(page: Page): Promise<void> {
  await page.goto('/for-our-guests/');
  await connected(page);
  await expect(cards(page)).toHaveCount(8);
  await expect(page.getByRole('heading', { name: 'Picked for "you" & yours' })).toBeVisible();
  expect(await violations(page, { include: ['.wp-block-sidestream-recommendations'] })).toEqual([]);
  await picture(page, 'woocommerce');
  expect(await databases(page)).toBe(0);
  await page.getByRole('button', { name: 'Allow' }).click();
  await expect.poll(() => databases(page)).toBe(1);

  // The page of a product is a view.
  await page.goto('/product/kitchen-knife/');
  await connected(page);
  await expect.poll(() => choices(page)).toBe(1);

  // The address of the table leads to the product's own page.
  await page.goto('/for-our-guests/');
  await cards(page).filter({ hasText: 'Teapot' }).getByRole('link').click();
  await expect(page).toHaveURL(/\/product\/teapot\/$/);
  await connected(page);
  // The click and the view are one choice.
  await expect.poll(() => choices(page)).toBe(2);
  await expect(lists(page)).toHaveAttribute('placement', 'similar');
  await expect(cards(page).first()).toBeVisible();
  await expect(cards(page).and(page.locator('[data-id="101"]'))).toHaveCount(0);

  // A card of a simple product goes into the cart, and the mini cart follows.
  const add = (card: number) =>
    cards(page)
      .nth(card)
      .getByRole('button', { name: /add to cart/i });
  // The page was open longer than its nonce is valid: the answer names another one.
  const late = (route: Route) => route.continue({ headers: { ...route.request().headers(), nonce: 'late' } });
  await page.route('**/cart/add-item', late, { times: 1 });
  const posted = page.waitForRequest('**/wc/store/v1/cart/add-item');
  const id = Number(await cards(page).first().getAttribute('data-id'));
  await add(0).click();
  expect((await posted).postDataJSON()).toEqual({ id, quantity: 1 });
  await expect(page.locator('#mini-cart')).toHaveText(/^1 × \w/);
  expect(await page.evaluate(() => Reflect.get(window, 'refreshed'))).toBe(1);
  await expect.poll(() => counted(page, 'carts')).toBe(1);

  // A form without scripts: the next page tracks it.
  await page.locator('form.cart').getByRole('button').click();
  await connected(page);
  await expect.poll(() => counted(page, 'carts')).toBe(2);
  // A variation, whose product is the item.
  await page.goto('/product/knitted-socks/');
  await page.locator('form.cart').getByRole('button').click();
  await connected(page);
  await expect.poll(() => counted(page, 'carts')).toBe(3);

  await page.goto('/cart/');
  await connected(page);
  await expect(page.locator('.cart-lines li')).toHaveCount(3);
  await expect(lists(page)).toHaveAttribute('state', 'filled');
  const about = await lists(page).evaluate((list) => Reflect.get(list, 'itemId'));
  expect([...about].sort()).toEqual([`${id}`, '101', '113'].sort());
  for (const line of [id, 101]) await expect(cards(page).and(page.locator(`[data-id="${line}"]`))).toHaveCount(0);

  // An order counts once, however often its page is loaded.
  await page.goto('/checkout/');
  await page.getByRole('button', { name: 'Place order' }).click();
  await expect(page.getByText('Thank you')).toBeVisible();
  for (let load = 0; load < 3; load++) {
    await connected(page);
    await expect.poll(() => counted(page, 'purchases')).toBe(3);
    await page.reload();
  }
  expect(await page.locator('#sidestream-page').textContent()).not.toMatch(/wc_order|order-received|owner@/);
}

/** A shopper who refuses; a product with variations; a product that is sold out since the bundle was built. */
async function refuse(page: Page): Promise<void> {
  await page.goto('/for-our-guests/');
  await connected(page);
  await page.getByRole('button', { name: 'Deny' }).click();
  await page.goto('/product/knitted-socks/');
  await connected(page);
  await expect(cards(page).first()).toBeVisible();
  expect(await databases(page)).toBe(0);
  expect(await choices(page)).toBe(0);
  await page.evaluate(() => document.querySelector('sidestream-recs')?.setAttribute('limit', '13'));

  const card = (title: string) => cards(page).filter({ hasText: title });
  const add = (title: string) => card(title).getByRole('button', { name: /add to cart/i });
  await page.goto('/product/bamboo-chopsticks/');
  await connected(page);
  await page.evaluate(() => document.querySelector('sidestream-recs')?.setAttribute('limit', '13'));
  await page.route('**/cart/add-item', (route) => {
    const product = JSON.parse(route.request().postData() ?? '');
    return product.id === 112
      ? route.continue({ postData: JSON.stringify({ ...product, id: 117 }) })
      : route.continue();
  });
  await add('Preserving jar').click();
  await expect(page.locator('.sidestream-message')).toContainText('"Knitted socks - L" to the cart because');
  await add('Knitted socks').click();
  await expect(page).toHaveURL(/\/product\/knitted-socks\/$/);
}

/** The owner makes variations the items; a shopper chooses one on the page and another one on a card. */
async function vary(owner: Page, page: Page): Promise<void> {
  await owner.goto('/wp-admin/options-general.php?page=sidestream');
  await owner.getByLabel('Address of the bundle').fill('/variations/');
  await owner.getByLabel('a variation').check();
  await owner.getByRole('button', { name: 'Save Changes' }).click();
  await expect(owner.getByText('Settings saved.')).toBeVisible();

  const profile = () =>
    page.evaluate(`import('/sidestream/sidestream.js').then(async ({ createRecommender }) =>
      (await (await createRecommender({ bundle: '/variations/' })).profile.export()).text())`);
  await page.goto('/product/knitted-socks/');
  await connected(page);
  await expect(lists(page)).toHaveAttribute('item-id', '["115","116","117"]');
  await expect.poll(profile).toContain('"115"');
  expect(await profile()).not.toContain('"116"');
  await page.getByLabel('Size').selectOption('116');
  await expect.poll(profile).toContain('"116"');

  await page.goto('/for-our-guests/');
  await connected(page);
  await page.evaluate(() => document.querySelector('sidestream-recs')?.setAttribute('limit', '13'));
  const card = cards(page).filter({ hasText: 'Knitted socks' });
  await card.getByRole('radio', { name: /^M/ }).check({ force: true });
  const posted = page.waitForRequest('**/cart/add-item');
  await card.getByRole('button', { name: /add to cart/i }).click();
  expect((await posted).postDataJSON()).toEqual({ id: 116, quantity: 1 });
  await expect(page.locator('#mini-cart')).toHaveText('1 × Knitted socks - M');
}
