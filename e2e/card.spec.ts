import { expect, type Page } from '@playwright/test';
import type { RecsAddToCartDetail } from '../src';
import type { ListOptions } from './pages/element';
import { violationsInSchemes } from './support/accessibility';
import { addList, callsOf, cartsOf, idsOf, setLanguage, listTest as test } from './support/lists';
import { settled } from './support/settled';

type Given = NonNullable<NonNullable<ListOptions['products']>[number]['item']>;

/** The requests of a page that match. */
function requestsOf(page: Page, pattern: RegExp): string[] {
  const found: string[] = [];
  page.on('request', (request) => {
    if (pattern.test(request.url())) found.push(request.url());
  });
  return found;
}

const day = (ago: number) => new Date(Date.now() - ago * 864e5).toISOString().slice(0, 10);
const picture = (hue: number) =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" fill="hsl(${hue} 60% 60%)"><circle cx="4" cy="4" r="3"/></svg>`)}`;
const OFFER: Given = { price: 48, listPrice: 60, availability: 'in-stock' };
const RATED: Given = { rating: { value: 4.5, count: 12 } };

/** Products of every kind: reduced, rated, scarce, new, sold out, and plain ones between them. */
const MIXED: ListOptions['products'] = [
  { item: { ...OFFER, ...RATED, images: [picture(20)] } },
  {},
  { item: { ...OFFER, availability: 'out-of-stock', rating: { value: 3.2, count: 1204 } } },
  { item: { ...RATED, price: 20, quantity: 1 } },
  { item: { published: day(3), price: 1299.5, listPrice: undefined } },
  { item: { price: 1299.5, listPrice: 1599 } },
];

test('a reduced price is struck out with the saving, and read out as before and now', async ({ page }) => {
  for (const [language, currency, announced, shown] of [
    ['en', 'EUR', 'Before €60.00, now €48.00', '€48.00 €60.00 −20%'],
    ['de', 'EUR', 'Vorher 60,00 €, jetzt 48,00 €', '48,00 € 60,00 € −20 %'],
    ['ja', 'JPY', '以前の価格￥60、現在の価格￥48', '￥48 ￥60 −20%'],
  ] as const) {
    await setLanguage(page, language);
    const products: ListOptions['products'] = [{ item: OFFER }, { item: { ...OFFER, listPrice: 48 } }];
    const { list } = await addList(page, { language, products, attributes: { currency, limit: '2' } });
    const price = list.locator('[part=price]').first();
    await expect(price.locator('s[part=list-price]')).toBeVisible();
    const texts = await price.evaluate((element) => {
      const text = (spoken: boolean) =>
        [...element.children]
          .filter((child) => (spoken ? !child.ariaHidden : child.clientWidth > 1 || child.clientWidth === 0))
          .map((child) => child.textContent?.trim().replace(/\s/g, ' '))
          .join(' ');
      return [text(true), text(false)];
    });
    expect(texts[0]).toBe(
      `${announced} ${shown
        .split(' ')
        .slice(language === 'de' ? -2 : -1)
        .join(' ')}`,
    );
    expect(texts[1]).toBe(shown);
    await expect(list.locator('[part=price]').nth(1).locator('s')).toHaveCount(0);
  }
});

test('a heading waits until it knows its products, and claims nothing about unknown ones', async ({ page }) => {
  const products: ListOptions['products'] = Array(3).fill({ source: 'catalog', reason: '' });
  const attributes = { placement: 'trending', limit: '3' };
  const { list, shop } = await addList(page, { answer: 'loading', products, attributes });
  await expect(list.locator('[part=heading]')).toBeHidden();
  await page.evaluate((n) => window.lists.shops[n].open(), shop);
  await expect(list.getByRole('heading')).toHaveText('From our range');
  await expect(page.getByRole('region', { name: 'From our range' })).toBeVisible();
});

test('the cheapest of several variants shows a "from" price, in cards of the page too', async ({ page }) => {
  const prices = { lowest: 48, highest: 70 };
  const products: ListOptions['products'] = [
    { item: { price: 48 }, prices },
    { item: { price: 60 }, prices },
    { item: OFFER, prices },
  ];
  const attributes = { limit: '3', currency: 'EUR' };
  const { list } = await addList(page, { products, attributes });
  await expect(list.locator('[part=price]').nth(0)).toHaveText('from €48.00');
  await expect(list.locator('[part=price]').nth(1)).toHaveText('€60.00');
  await expect(list.locator('[part=price]').nth(2)).toContainText('Before €60.00, now from €48.00');
  const html = '<template><b data-if="priceFrom">{priceFrom}</b><b data-unless="priceFrom">{price}</b></template>';
  const own = await addList(page, { products, attributes, html });
  await expect(own.list.locator('b')).toHaveText(['from €48.00', '€60.00', 'from €48.00']);
  // The checked variant in a bundle has an exact price.
  const bundle = await addList(page, {
    products: products.map((product) => ({ ...product, source: 'boughtTogether' as const })),
    attributes: { ...attributes, layout: 'bundle', 'item-id': 'p5' },
  });
  await expect(bundle.list.locator('[part=price]').nth(1)).toHaveText('€48.00');
});

test('in a list without reasons, the button is right below the price, and the cards keep the height of their outlines', async ({
  page,
}) => {
  const attributes = { limit: '4', 'add-to-cart': '', currency: 'EUR' };
  const products = Array.from({ length: 4 }, () => ({ reason: '' }));
  const { list, shop } = await addList(page, { attributes, products, answer: 'loading' });
  const heightOf = () => list.evaluate((element) => element.getBoundingClientRect().height);
  await expect(list.locator('.skeleton').first()).toBeVisible();
  const reserved = await heightOf();
  await page.evaluate((n) => window.lists.shops[n].open(), shop);
  const button = list.locator('[part=add-to-cart]').first();
  await expect(button).toBeVisible();
  expect(await heightOf()).toBe(reserved);
  const [price, below] = await Promise.all([list.locator('[part=price]').first().boundingBox(), button.boundingBox()]);
  expect((below?.y ?? Number.NaN) - (price?.y ?? 0) - (price?.height ?? 0)).toBeLessThan(20);
});

test('a missing picture leaves an initial in its tile, and an empty space in a card of the page', async ({ page }) => {
  await page.route('**/gone.png', (route) => route.fulfill({ status: 404 }));
  const products = [{ item: { image: '/gone.png' } }, { item: { image: undefined } }];
  const { list } = await addList(page, { products, attributes: { limit: '2' } });
  await expect(list.locator('[part=image]')).toBeHidden();
  for (const n of [0, 1]) {
    const initial = list.locator('[part=media]').nth(n);
    expect(await initial.evaluate((tile) => getComputedStyle(tile, '::before').content)).toMatch(/^"[MH]"$/);
  }
  const html = '<template><img src="{image}" alt="{title}" width="80" height="80"></template>';
  const own = await addList(page, { products, html, attributes: { limit: '1' } });
  await expect(own.list.locator('img')).toHaveCSS('visibility', 'hidden');
});

test('a card has one badge and a name for its stars, without serious accessibility violations in light and dark', async ({
  page,
}) => {
  const attributes = { currency: 'EUR', limit: '6', 'add-to-cart': '', dismissible: '' };
  const { list } = await addList(page, { products: MIXED, attributes });
  await expect(list.locator('[part~=badge]')).toHaveCount(4);
  const badges = await list
    .locator('li')
    .evaluateAll((cards) =>
      cards.map((card) => [...card.querySelectorAll('[part~=badge], [part=availability]')].map((b) => b.textContent)),
    );
  expect(badges).toEqual([['Sale'], [], ['Sold out'], ['Only 1 left'], ['New'], ['Sale']]);
  await expect(list.getByRole('img', { name: '4.5 out of 5, 12 ratings' })).toHaveCount(2);
  await expect(list.getByRole('img', { name: '3.2 out of 5, 1,204 ratings' })).toContainText('(1,204)');
  await expect(list.getByRole('button', { name: /^Add to cart: / })).toHaveCount(5);
  expect(await violationsInSchemes(page)).toEqual([]);

  await list.evaluate((element: HTMLElement) => element.setAttribute('low-stock', '0'));
  await expect(list.locator('li').nth(3).locator('[part~=badge]')).toHaveCount(0);
});

for (const width of [375, 1280])
  for (const layout of ['grid', 'row'])
    test(`rich and plain cards have the same height, and nothing moves when they appear: ${layout} at ${width}`, async ({
      page,
    }) => {
      await page.setViewportSize({ width, height: 1200 });
      const attributes = { layout, limit: '6', currency: 'EUR', 'add-to-cart': '' };
      const { list, shop } = await addList(page, { answer: 'loading', products: MIXED, attributes });
      const height = () => list.evaluate((element) => element.getBoundingClientRect().height);
      const before = await height();
      await page.evaluate((n) => window.lists.shops[n].open(), shop);
      await expect(list.locator('[part=add-to-cart]')).toHaveCount(5);
      expect(await height()).toBe(before);
      const bottoms = await list.locator('li').evaluateAll((cards) =>
        cards.map((card) => {
          const button = card.querySelector('[part=add-to-cart]');
          const gap = button && card.getBoundingClientRect().bottom - button.getBoundingClientRect().bottom;
          const text = card.querySelector('[part=reason]')?.getBoundingClientRect().bottom ?? 0;
          return [gap === null || gap === 0, !button || text <= button.getBoundingClientRect().top];
        }),
      );
      expect(bottoms.flat()).not.toContain(false);
    });

test('the second picture loads when a mouse or the keyboard first reaches the card, and never by touch', async ({
  page,
}) => {
  const pictures = requestsOf(page, /second-\d/);
  await page.route('**/second-*', (route) =>
    route.fulfill({ contentType: 'image/svg+xml', body: decodeURIComponent(picture(90).split(',')[1]) }),
  );
  const products = [0, 1, 2].map((n) => ({ item: { images: [`/second-${n}.svg`] } }));
  const { list } = await addList(page, { products, attributes: { limit: '3' } });
  await expect(list.locator('[part=second-image]')).toHaveCount(3);
  const tap = { bubbles: true, composed: true, pointerType: 'touch' };
  await list.locator('[part=link]').first().dispatchEvent('pointerover', tap);
  await settled(page);
  expect(pictures).toEqual([]);

  const [first, second] = [0, 1].map((n) => list.locator('li').nth(n).locator('[part=second-image]'));
  await expect(first).toHaveCSS('opacity', '0');
  await list.locator('li').first().hover();
  await expect(first).toHaveCSS('opacity', '1');
  await expect(list.locator('li').first().locator('[part=image]')).toHaveCSS('opacity', '0');
  expect(pictures.map((url) => new URL(url).pathname)).toEqual(['/second-0.svg']);

  await page.mouse.move(0, 0);
  await expect(first).toHaveCSS('opacity', '0');
  await list.locator('[part=link]').first().focus();
  await page.keyboard.press('Tab');
  await expect(second).toHaveCSS('opacity', '1');
  expect(pictures).toHaveLength(2);
});

test('the button adds a product to the cart, with attribution, unless the page prevents it', async ({ page }) => {
  const attributes = { limit: '3', currency: 'eur', 'add-to-cart': '' };
  const sold = { item: { ...OFFER, availability: 'out-of-stock' as const } };
  const { list, shop } = await addList(page, { products: [sold, { item: OFFER }], attributes });
  await page.evaluate(() => {
    Object.assign(window, { added: [] as unknown[] });
    document.addEventListener('addtocart', (event) => {
      Reflect.get(window, 'added').push(event.detail);
      if (Reflect.get(window, 'refuses')) event.preventDefault();
    });
  });
  await expect(list.locator('[part=card]').first().locator('[part=add-to-cart]')).toHaveCount(0);
  await page.evaluate(() => Reflect.set(window, 'refuses', true));
  const button = list.locator('[data-id=p1] [part=add-to-cart]');
  await button.click();
  await page.evaluate(() => Reflect.set(window, 'refuses', false));
  await expect(button).toHaveText('Add to cart');
  expect(await cartsOf(page, shop)).toEqual([]);

  await button.focus();
  await page.keyboard.press('Enter');
  await expect(button).toHaveText('Added');
  await expect(button).toBeFocused();
  await expect(page.getByRole('status')).toHaveText(/was added to the cart\.$/);
  const origin = { placement: 'for-you', recommendationId: 'r1', position: 1 };
  expect(await cartsOf(page, shop)).toEqual([['p1', { ...origin, quantity: 1, price: 48, currency: 'EUR' }]]);
  const added = await page.evaluate(() => Reflect.get(window, 'added') as RecsAddToCartDetail[]);
  expect(added).toHaveLength(2);
  const [entry] = added[1].items;
  expect(entry).toMatchObject({ ...origin, quantity: 1, item: { id: 'p1' } });
  expect(Object.keys(entry).sort()).toEqual(['item', 'placement', 'position', 'quantity', 'recommendationId']);
  expect(added[1].total).toBe(48);
  const { tracked } = await callsOf(page, shop);
  expect(tracked.filter(([type]) => type === 'click')).toEqual([]);

  // The product is in the cart, so the list drops it; not before the shopper has seen that it was added.
  await page.clock.runFor(1000);
  expect(await idsOf(list)).toContain('p1');
  await page.clock.runFor(2000);
  await expect.poll(() => idsOf(list)).not.toContain('p1');
});

test('a confirming list keeps its cards even if an earlier list takes one of them', async ({ page }) => {
  const attributes = { limit: '2', 'add-to-cart': '' };
  const first = await addList(page, { attributes });
  const second = await addList(page, { share: first.shop, attributes: { ...attributes, placement: 'trending' } });
  const button = second.list.locator('[data-id=p3] [part=add-to-cart]');
  await button.click();
  await first.list.evaluate((list) => list.setAttribute('limit', '4'));
  await expect.poll(() => idsOf(first.list)).toEqual(['p0', 'p1', 'p2', 'p4']);
  await page.clock.runFor(1000);
  await expect(button).toHaveText('Added');
  await page.clock.runFor(2000);
  await expect.poll(() => idsOf(second.list)).toEqual(['p5', 'p6']);
});

test('plain items load no code for extras; if that code cannot be loaded, the list shows plain cards and reports why', async ({
  page,
}) => {
  const extras = requestsOf(page, /card-extras/);
  const { list } = await addList(page, { attributes: { limit: '4' } });
  await expect(list.locator('[part=card]')).toHaveCount(4);
  await settled(page);
  expect(extras).toEqual([]);

  await page.route('**/card-extras-*', (route) => route.abort());
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning') warnings.push(message.text());
  });
  const attributes = { limit: '4', currency: 'EUR', 'add-to-cart': '' };
  const failed = await addList(page, { products: MIXED, attributes, loud: true });
  await expect(failed.list.locator('[part=card]')).toHaveCount(4);
  await expect(failed.list.locator('[part=price]').first()).toHaveText('€48.00');
  await expect(failed.list.locator('[part=availability]')).toHaveText(['Sold out']);
  await expect(failed.list.locator('[data-add-to-cart]')).toHaveCount(0);
  expect(extras.length).toBeGreaterThan(0);
  // Once, whatever refreshes the list later.
  await page.evaluate((n) => window.lists.shops[n].change(), failed.shop);
  await settled(page);
  expect(warnings.filter((text) => text.startsWith('sidestream-recs: '))).toHaveLength(1);
});

test('a template can use the new fields, the attributes and conditions', async ({ page }) => {
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning') warnings.push(message.text());
  });
  const html = `<template>
    <a href="{href}"><img src="{image2}" alt="">{title}</a>
    <p class="price">{price}<s data-if="listPrice">{listPrice}</s><b data-if="saving">{saving}</b></p>
    <p class="stars" data-if="rating">{rating} ({ratings})</p>
    <i data-if="badge">{badge}</i><u data-if="badge=sale">!</u>
    <p class="facts">{attributes.color}|{attributes.year}|{attributes.weight}|{attributes.none}</p>
    <em data-unless="attributes.color=red">not red</em><em data-if="availability=in-stock" data-unless="quantity">many</em>
    <s data-if="lisPrice">never</s><script data-if="title">window.hit = 1</script>
    <button data-add-to-cart>Buy</button>
  </template>`;
  const attributes = { color: ['red', '<img src=x onerror=window.hit=1>'], year: 2024, weight: 1234.5 };
  const products: ListOptions['products'] = [
    { item: { ...OFFER, ...RATED, images: ['/b.png'], attributes, url: '/x' } },
    { item: { price: 20, quantity: 2, images: ['javascript:window.hit=1'] } },
    { item: { price: 20, availability: 'out-of-stock' } },
  ];
  const { list, shop } = await addList(page, { html, products, attributes: { limit: '3', currency: 'EUR' } });
  const [rich, plain, sold] = [0, 1, 2].map((n) => list.locator('li').nth(n));
  await expect(rich.locator('.price')).toHaveText('€48.00€60.00−20%');
  await expect(rich.locator('.stars')).toHaveText('4.5 (12)');
  await expect(rich.locator('i, u')).toHaveText(['Sale', '!']);
  await expect(rich.locator('.facts')).toHaveText('red, <img src=x onerror=window.hit=1>|2024|1234.5|');
  await expect(rich.locator('img')).toHaveAttribute('src', '/b.png');
  await expect(rich.locator('em')).toHaveText(['many']);
  await expect(plain.locator('.price')).toHaveText('€20.00');
  await expect(plain.locator('.stars, u, s, b')).toHaveCount(0);
  await expect(plain.locator('i')).toHaveText('Only 2 left');
  await expect(plain.locator('em')).toHaveText(['not red']);
  await expect(plain.locator('img')).not.toHaveAttribute('src');
  await expect(list.locator('[data-if], [data-unless], script')).toHaveCount(0);
  await expect(list.locator('button')).toHaveCount(2);
  await expect(sold.locator('button')).toHaveCount(0);
  expect(warnings.filter((text) => text.includes('data-if="lisPrice" names no field'))).toHaveLength(1);
  expect(await page.evaluate(() => Reflect.get(window, 'hit'))).toBeUndefined();

  await plain.locator('button').click();
  await expect(plain.locator('button')).toHaveAttribute('data-added');
  expect((await cartsOf(page, shop)).map(([id]) => id)).toEqual(['p1']);
});
