import { expect } from '@playwright/test';
import { addList, listTest as test } from './support/lists';
import { settled } from './support/settled';

/** Texts of a product that would run as code in some places; each sets `window.hit`. */
const HOSTILE = {
  title: `';window.hit=1;//'"><img src=x onerror=window.hit=1>`,
  description: 'javascript:window.hit=1',
  category: 'data:text/html,<script>parent.hit=window.hit=1</script>',
  image: 'javascript:window.hit=1',
  url: 'javascript:window.hit=1',
};

/** A card with a field in every place that runs, loads or navigates. */
const CARD = `
  <script>window.hit = '{title}';</script><script type="module" src="{category}"></script>
  <style>b { color: rgb(1, 2, 3) }</style>
  <meta http-equiv="refresh" content="0;url={description}"><base href="{description}">
  <link rel="stylesheet" href="{category}"><object data="{category}"></object><embed src="{category}">
  <iframe class="doc" srcdoc="{title}"></iframe><iframe class="page" src="{category}" title="{title}"></iframe>
  <svg width="80" height="20">
    <script>window.hit = '{title}'</script><script href="{category}"></script><style>{title}</style>
    <a class="svg" href="{description}"><text y="9">{title}</text></a><a class="xlink" xlink:href="{image}"><text y="9">x</text></a>
    <a class="set" href="#own"><set attributeName="href" to="{description}"></set><text y="18">set</text></a>
    <a class="animate" href="#own"><animate attributeName="href" from="{description}" values="{description};{description}" dur="9s"></animate></a>
    <a class="chosen" href="#own"><set attributeName="{title}" to="x" onbegin="{title}"></set></a>
    <use href="{category}"></use><image href="{description}"></image>
  </svg>
  <math href="{description}"><mtext>{title}</mtext></math>
  <form action="{description}"><button class="go" formaction="{category}" type="submit">Go</button></form>
  <a class="link" href="{description}" title="{title}" ping="/{id}" target="own">{title}</a>
  <a class="half" href="java{reason}" aria-label="{title}">x</a>
  <img src="{image}" srcset="/a.png 1x, {description} 2x" alt="{title}" onerror="{title}">
  <video poster="{description}" src="{category}"></video>
  <b onclick="window.hit = '{title}'" style="background: url({image})" data-name="{title}" class="{category}">{title}</b>
  <template><script>window.hit = '{title}'</script></template>`;

test('no text of a product runs in a card of the page, wherever its template puts it', async ({ page }) => {
  const warnings: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning') warnings.push(message.text());
  });
  const reason = 'script:window.hit=1';
  const products = [
    { reason, item: HOSTILE },
    { reason, item: { ...HOSTILE, url: '/fine', image: '/fine.png' } },
  ];
  // Scripts of a template that was set through innerHTML never run, so this one is part of the page.
  await page.route('**/element.html', async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace('<h1>', `<template>${CARD}</template><h1>`);
    await route.fulfill({ response, body });
  });
  await page.reload();
  await page.waitForFunction(() => 'lists' in window);
  const { list, shop } = await addList(page, { answer: 'loading', products, attributes: { limit: '2' } });
  await list.evaluate((element) => element.append(document.querySelector('main > template') ?? ''));
  await page.evaluate((n) => window.lists.shops[n].open(), shop);
  const card = list.locator('li').first();
  await expect(card.locator('b')).toHaveText(HOSTILE.title);
  await expect(card.locator('b')).toHaveCSS('color', 'rgb(1, 2, 3)');
  const hit = () => page.evaluate(() => Reflect.get(window, 'hit'));
  expect(await hit()).toBeUndefined();
  const filled = await card.evaluate((li) =>
    [...li.querySelectorAll('*')].flatMap((element) =>
      [...element.attributes]
        .filter(({ value }) => value.includes('window.hit'))
        .map(({ name }) => `${element.localName} ${name}`),
    ),
  );
  // Texts for the shopper, and attributes that only style sheets use.
  expect(filled).toEqual(['a title', 'a aria-label', 'img alt', 'b data-name', 'b class']);
  await expect(card.locator('script, style, base, meta, [srcdoc], [ping], [style]')).toHaveCount(0);
  await expect(card.locator('iframe')).toHaveCount(2);
  for (const link of await card.locator('a').all()) await link.dispatchEvent('click');
  for (const element of await card.locator('b, math, img').all()) await element.dispatchEvent('click');
  await settled(page);
  // The code of a clicked address runs in its turn: here, after all that the clicks above would have run.
  await list.evaluate((element) => {
    const link = Object.assign(document.createElement('a'), { href: 'javascript:void (window.last = 1)' });
    element.after(link);
    link.click();
  });
  await page.waitForFunction(() => Reflect.get(window, 'last') === 1);
  expect(await hit()).toBeUndefined();
  expect(page.url()).toMatch(/element\.html/);

  // One warning for each place that the template must not fill, not one per card.
  const found = warnings.filter((text) => text.startsWith('<sidestream-recs> <template>: '));
  for (const what of [
    '<script>',
    '<iframe srcdoc>',
    '<iframe src>',
    '<a ping>',
    '<b onclick>',
    '<b style>',
    '<set to>',
  ])
    expect(found.filter((text) => text.includes(`${what} is left out`))).toHaveLength(1);
  expect(new Set(found).size).toBe(found.length);
});

test('a template may fill addresses and texts in safe places', async ({ page }) => {
  const html = `<template><a href="{href}"><img src="{image}" srcset="{image} 1x, {image} 2x" alt="{title}"></a>
    <svg><a href="{href}"><image href="{image}"></image></a></svg><form action="/cart?id={id}"><button>{price}</button></form></template>`;
  const products = [{ item: { id: 'p0', title: 'Mug', image: '/mug.png', url: '/mug' } }];
  const { list } = await addList(page, { html, products, attributes: { limit: '1' } });
  const card = list.locator('li').first();
  await expect(card.locator('img')).toHaveAttribute('srcset', '/mug.png 1x, /mug.png 2x');
  await expect(card.locator('img')).toHaveAttribute('src', '/mug.png');
  await expect(card.locator('img')).toHaveAttribute('alt', 'Mug');
  await expect(card.locator('image')).toHaveAttribute('href', '/mug.png');
  for (const link of await card.locator('a').all()) await expect(link).toHaveAttribute('href', '/mug');
  await expect(card.locator('form')).toHaveAttribute('action', '/cart?id=p0');
});

test("styles that the elements share leave the classes of the page's card alone", async ({ page }) => {
  const html =
    '<template><div class="picture"><img src="/mug.png" alt=""></div><b class="unseen">Not seen yet</b></template>';
  const products = [{ item: { id: 'p0', title: 'Mug', image: '/mug.png', listPrice: 9, price: 8 } }];
  const { list } = await addList(page, { html, products, attributes: { limit: '1' } });
  const card = list.locator('li').first();
  for (const part of ['.picture', '.picture img', '.unseen'])
    await expect(card.locator(part)).toHaveCSS('position', 'static');
  await expect(card.locator('.picture')).toHaveCSS('display', 'block');
});

test('a custom element in a card never sees its attributes unfilled', async ({ page }) => {
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    customElements.define(
      'own-price',
      class extends HTMLElement {
        static observedAttributes = ['amount'];
        attributeChangedCallback(_: string, __: string | null, now: string): void {
          seen.push(now);
        }
      },
    );
  });
  const html = '<template><own-price amount="{id}"></own-price></template>';
  await addList(page, { html, attributes: { limit: '2' } });
  await expect(page.locator('own-price')).toHaveCount(2);
  expect(await page.evaluate(() => Reflect.get(window, 'seen'))).toEqual(['p0', 'p1']);
});

test('a lone surrogate in a product breaks no card', async ({ page }) => {
  const products = [{ item: { id: 'a\ud800', title: '\udc00 mug', category: '\ud800' } }];
  const attributes = { limit: '1', 'href-template': '/{id}/{category}', dismissible: '' };
  const { list } = await addList(page, { products, attributes });
  await expect(list.locator('[part=link]')).toHaveAttribute('href', '/a%EF%BF%BD/%EF%BF%BD');
  await list.locator('[data-dismiss]').click();
  await expect(list.locator('[data-undo]')).toBeFocused();
});
