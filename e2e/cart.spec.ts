import { expect, type Locator, type Page } from '@playwright/test';
import { violations } from './support/accessibility';
import { serveOverBundle } from './support/bundle-files';
import { COMPANIONS_FOLDER } from './support/global-setup';
import { logOf, serveHeadless, startHeadless } from './support/headless';
import { addList, callsOf, idsOf, listTest } from './support/lists';
import { settled } from './support/settled';
import { products, test as shopTest } from './support/shop';

/** Attributes of a bundle, and its products: p0 costs 1234.50, p1 half of it, p3 a quarter; p2 is sold out. */
const BUNDLE = { layout: 'bundle', 'item-id': 'p0', currency: 'EUR' };
const COMPANIONS = Array.from({ length: 9 }, () => ({ source: 'boughtTogether' as const }));
const PRODUCTS = COMPANIONS.with(2, {
  ...COMPANIONS[2],
  item: { availability: 'in-stock', price: 10 },
} as (typeof COMPANIONS)[number]);

const total = (list: Locator): Locator => list.getByRole('status');
const carts = (page: Page, shop: number) => page.evaluate((n) => window.lists.shops[n].carts, shop);

/** Records the details of the next events `addtocart`. @param prevent whether a listener prevents them */
const listen = (page: Page, prevent = false) =>
  page.evaluate((prevented) => {
    Object.assign(window, { added: [] });
    document.addEventListener('addtocart', (event) => {
      const items = event.detail.items.map(({ item, ...rest }) => ({ id: item.id, ...rest }));
      Reflect.get(window, 'added').push({ items, total: event.detail.total });
      if (prevented) event.preventDefault();
    });
  }, prevent);
const added = (page: Page) => page.evaluate(() => Reflect.get(window, 'added'));

listTest(
  'a bundle sums up the checked items, and adds them to the cart with their recommendation',
  async ({ page }) => {
    await listen(page);
    const { list, shop } = await addList(page, { attributes: BUNDLE, products: PRODUCTS });
    await expect(list.getByRole('checkbox')).toHaveCount(4);
    const { requests } = await callsOf(page, shop);
    expect(requests[0]).toMatchObject({ placement: 'complement', itemId: 'p0', limit: 3 });
    await expect(list.locator('li').first()).toContainText('This item');
    await expect(total(list)).toHaveText('Total price €2,170.38');
    const button = list.getByRole('button', { name: 'to cart' });
    await expect(button).toHaveText('Add all to cart');

    // The keyboard reaches the boxes, each with its product's name.
    const box = list.getByRole('checkbox', { name: 'Cutting board' });
    await box.focus();
    await page.keyboard.press('Space');
    await expect(box).not.toBeChecked();
    await expect(total(list)).toHaveText('Total price €1,861.75');
    await expect(button).toHaveText('Add selection to cart');
    expect(await violations(page, { all: true })).toEqual([]);

    const shown = await list.getByRole('link').allTextContents();
    await button.click();
    await expect(total(list)).toHaveText('Added to cart €1,861.75');
    const origin = { placement: 'complement', recommendationId: 'r1' };
    expect(await added(page)).toEqual([
      {
        items: [
          { id: 'p0', quantity: 1, placement: 'complement' },
          { id: 'p1', quantity: 1, position: 0, ...origin },
          { id: 'p2', quantity: 1, position: 1, ...origin },
        ],
        total: 1861.75,
      },
    ]);
    const paid = { quantity: 1, currency: 'EUR' };
    expect(await carts(page, shop)).toEqual([
      ['p0', { ...paid, price: 1234.5 }],
      ['p1', { ...paid, ...origin, price: 617.25, position: 0 }],
      ['p2', { ...paid, ...origin, price: 10, position: 1 }],
    ]);

    // Products in the cart leave lists, but not this one; a second press adds nothing.
    await expect.poll(async () => (await callsOf(page, shop)).requests.length).toBeGreaterThan(1);
    await button.press('Enter');
    await settled(page);
    expect(await list.getByRole('link').allTextContents()).toEqual(shown);
    expect(await carts(page, shop)).toHaveLength(3);
    await page.evaluate((n) => {
      const lists = document.querySelectorAll('sidestream-recs');
      lists[n].itemId = 'p8';
    }, shop);
    await expect(list.locator('li').first()).toContainText('Mug');
    await expect.poll(() => idsOf(list)).toEqual(['p3', 'p4', 'p5']);
    await expect(button).toHaveText('Add all to cart');
    // One of them has no price, and no sum of others is the price.
    await expect(total(list)).toHaveText('');
  },
);

listTest('a page that prevents the event tracks by itself; sold-out products cannot be chosen', async ({ page }) => {
  await listen(page, true);
  const { list, shop } = await addList(page, {
    attributes: { ...BUNDLE, currency: '', limit: '2' },
    products: COMPANIONS,
    currency: 'EUR',
  });
  const soldOut = list.getByRole('checkbox', { name: 'Linen apron' });
  await expect(soldOut).toBeDisabled();
  await expect(soldOut).not.toBeChecked();
  const boxes = list.getByRole('checkbox');
  for (const n of [0, 1]) await boxes.nth(n).uncheck();
  await expect(total(list)).toHaveText('Total price €0.00');
  const button = list.getByRole('button', { name: 'to cart' });
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await button.press('Enter');
  expect(await added(page)).toEqual([]);
  await boxes.nth(1).check();
  await button.click();
  expect(await added(page)).toMatchObject([{ items: [{ id: 'p1', position: 0 }], total: 617.25 }]);
  await expect(total(list)).toHaveText('Added to cart €617.25');
  expect(await carts(page, shop)).toEqual([]);
});

listTest('a bundle is hidden if nothing goes with its item, or no item is given', async ({ page }) => {
  const empty = await addList(page, { attributes: BUNDLE, answer: 'empty' });
  await expect(empty.list).toHaveAttribute('state', 'hidden');
  const none = await addList(page, { attributes: { layout: 'bundle' } });
  await expect(none.list).toHaveAttribute('state', 'hidden');
  expect((await callsOf(page, none.shop)).requests).toEqual([]);
  const unknown = await addList(page, { attributes: { ...BUNDLE, 'item-id': 'gone' }, products: COMPANIONS });
  await expect(unknown.list.getByRole('checkbox')).toHaveCount(3);
});

listTest('products that only resemble the item cannot be added with it', async ({ page }) => {
  const alike = { source: 'style' as const };
  const { list } = await addList(page, { attributes: BUNDLE, products: [alike, alike, alike, alike] });
  await expect.poll(() => idsOf(list)).toEqual(['p1', 'p2', 'p3']);
  await expect(list.getByRole('heading')).toHaveText('In a similar style');
  await expect(list.getByRole('checkbox')).toHaveCount(0);
  await expect(list.getByRole('button')).toHaveCount(0);
  await expect(list).not.toContainText('Total price');
  await expect(list.locator('[part=list]')).toHaveCSS('padding-block-end', '0px');
  const mixed = await addList(page, { attributes: BUNDLE, products: [alike, COMPANIONS[1], alike, COMPANIONS[3]] });
  await expect(mixed.list.getByRole('checkbox')).toHaveCount(3);
  await expect(mixed.list.locator('[data-id=p2]').getByRole('checkbox')).toHaveCount(0);
  await expect(mixed.list.getByRole('button')).toHaveText('Add all to cart');
});

for (const width of [375, 1280])
  listTest(`nothing moves when a bundle appears, at ${width}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 1400 });
    const { list, shop } = await addList(page, { attributes: BUNDLE, products: PRODUCTS, answer: 'loading' });
    const height = () => list.evaluate((element) => element.getBoundingClientRect().height);
    await expect(list.locator('.skeleton').first()).toBeVisible();
    const before = await height();
    await page.evaluate((n) => window.lists.shops[n].open(), shop);
    await expect(list.getByRole('checkbox')).toHaveCount(4);
    expect(await height()).toBe(before);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });

listTest('the check boxes of a bundle do not cover its small pictures', async ({ page }) => {
  const { list } = await addList(page, { attributes: BUNDLE, products: PRODUCTS });
  await expect(list.getByRole('checkbox')).toHaveCount(4);
  for (const [width, most] of [
    [375, 0],
    [768, 0.05],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    const covered = await list.locator('.item').evaluateAll((cards) =>
      cards.map((card) => {
        const boxOf = (part: string) => card.querySelector(part)?.getBoundingClientRect() ?? new DOMRect();
        const [picture, check] = ['.media', '.check'].map(boxOf);
        const common = (start: 'left' | 'top', end: 'right' | 'bottom') =>
          Math.max(0, Math.min(picture[end], check[end]) - Math.max(picture[start], check[start]));
        return (common('left', 'right') * common('top', 'bottom')) / (picture.width * picture.height);
      }),
    );
    expect(Math.max(...covered), `${width}`).toBeLessThanOrEqual(most);
  }
});

listTest('several items in view are named by an array, or by its text in the attribute', async ({ page }) => {
  const several = '["p1", "p 2"]';
  const { shop, list } = await addList(page, { attributes: { placement: 'similar', 'item-id': several } });
  await expect(list.locator('[data-id]').first()).toBeVisible();
  const asked = async () => (await callsOf(page, shop)).requests.map(({ itemId }) => itemId);
  expect(await asked()).toEqual([['p1', 'p 2']]);
  await list.evaluate((element) => Object.assign(element, { itemId: ['p3'] }));
  await expect.poll(asked).toEqual([['p1', 'p 2'], 'p3']);
  // A framework sets a new array at every render.
  await list.evaluate((element) => Object.assign(element, { itemId: ['p3'] }));
  await list.evaluate((element) => Object.assign(element, { itemId: '[p 4' }));
  await expect.poll(asked).toEqual([['p1', 'p 2'], 'p3', '[p 4']);
});

/** Adds a list of the page's recommender. */
const addRecs = (page: Page, attributes: Record<string, string>) =>
  page.evaluate((given) => {
    const list = document.createElement('sidestream-recs');
    for (const [name, value] of Object.entries(given)) list.setAttribute(name, value);
    list.recommender = window.recommender;
    document.body.append(list);
  }, attributes);

shopTest('a list follows the cart, also from another tab, and a bundle counts for its list', async ({ context }) => {
  await serveHeadless(context);
  await serveOverBundle(context, COMPANIONS_FOLDER);
  const [first, second] = [await context.newPage(), await context.newPage()];
  await startHeadless(first, 'granted');
  await startHeadless(second);
  await first.evaluate(() => window.recommender.status.settled());
  await addRecs(first, { 'cart-synced': '' });
  const list = first.locator('sidestream-recs').first();
  await expect(list).toHaveAttribute('state', 'hidden');

  const all = products().map(({ id }) => id);
  const half = Math.floor(all.length / 2);
  const track = (page: Page, type: 'cart' | 'uncart', id: string) =>
    page.evaluate(([kind, item]) => window.recommender.track(kind as 'cart', item), [type, id]);
  await track(first, 'cart', all[0]);
  await expect.poll(() => idsOf(list)).toEqual([all[half], all[half + 1]]);
  await expect(list).toContainText('Others chose it with');
  await track(second, 'cart', all[10]);
  await expect.poll(() => idsOf(list)).toEqual(expect.arrayContaining([all[half], all[half + 10], all[half + 11]]));
  await track(second, 'uncart', all[0]);
  await expect.poll(() => idsOf(list)).toEqual([all[half + 10], all[half + 11]]);
  await track(first, 'uncart', all[10]);
  await expect(list).toHaveAttribute('state', 'hidden');

  await addRecs(second, { layout: 'bundle', 'item-id': all[0] });
  const bundle = second.locator('sidestream-recs');
  await expect(bundle.getByRole('checkbox')).toHaveCount(3);
  await bundle.getByRole('button', { name: 'Add all to cart' }).click();
  await expect(bundle.getByRole('button', { name: 'Added to cart' })).toBeVisible();
  await second.evaluate(() => window.recommender.status.settled());
  expect((await logOf(second)).slice(-3)).toEqual([all[0], all[half], all[half + 1]]);
  // The purchase counts for the list whose bundle was added, that of the item itself for none.
  for (const id of [all[0], all[half]])
    await second.evaluate((item) => window.recommender.track('purchase', item, { price: 5 }), id);
  const { rows } = await second.evaluate(() => window.recommender.experiment.metrics());
  const of = (placement: string | null) => rows.find((row) => row.placement === placement);
  expect(of('complement')).toMatchObject({ carts: 2, purchases: 1 });
  expect(of(null)).toMatchObject({ purchases: 1 });
  // All of it is in the cart of the other tab, too.
  await expect(list).toHaveAttribute('state', 'filled');
});
