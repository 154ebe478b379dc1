import { expect } from '@playwright/test';
import { violations, violationsInSchemes } from './support/accessibility';
import { addList, callsOf, idsOf, setLanguage, listTest as test } from './support/lists';
import { settled } from './support/settled';

const LINKS = '<a href="/product/p0">Mug</a><a href="/product/p1">Teapot</a>';
const STATES = [
  { name: 'filled', options: { attributes: { dismissible: '' } } },
  { name: 'row', options: { attributes: { layout: 'row', dismissible: '', placement: 'trending' } } },
  { name: 'loading', options: { answer: 'loading', attributes: { placement: 'recent' } } },
  { name: 'links', options: { answer: 'loading', html: LINKS, attributes: { heading: 'Before it is there' } } },
  { name: 'empty', options: { answer: 'empty', attributes: { heading: 'Nothing' } } },
  { name: 'error', options: { answer: 'error', attributes: { heading: 'Failed' } } },
] as const;

for (const language of ['en', 'ar'])
  test(`every state passes all accessibility checks, in every colour scheme: ${language}`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await setLanguage(page, language);
    for (const { options } of STATES) await addList(page, { language, ...options });
    const first = page.locator('sidestream-recs').first();
    await first.locator('[data-dismiss]').nth(1).click();
    await expect(first.locator('[data-undo]')).toBeVisible();
    await expect(page.locator('sidestream-recs').last()).toHaveAttribute('state', 'error');
    expect(await violationsInSchemes(page, { all: true })).toEqual([]);
    for (const media of [
      { contrast: 'more' },
      { contrast: null, colorScheme: 'dark', forcedColors: 'active' },
    ] as const) {
      await page.emulateMedia({ colorScheme: 'light', ...media });
      expect(await violations(page, { rule: 'color-contrast', all: true }), JSON.stringify(media)).toEqual([]);
    }
  });

test('the list is a list in a named region, with its heading and one live region for the page', async ({ page }) => {
  await addList(page, { attributes: { 'heading-level': '2', limit: '3' } });
  await addList(page, { attributes: { placement: 'recent', limit: '3' } });
  const region = page.getByRole('region', { name: 'Recommended for you' });
  await expect(region.getByRole('heading', { level: 2 })).toHaveText('Recommended for you');
  await expect(region.getByRole('list')).toHaveCount(1);
  await expect(region.getByRole('listitem')).toHaveCount(3);
  await expect(page.getByRole('status')).toHaveCount(1);
});

test('the six languages: headings, prices and directions follow the nearest lang', async ({ page }) => {
  const { list } = await addList(page, { attributes: { currency: 'EUR', placement: 'recent' } });
  const price = list.locator('[part=price]').first();
  const expected = {
    en: ['Recently viewed', '€1,234.50'],
    de: ['Zuletzt angesehen', '1.234,50 €'],
    fr: ['Vus récemment', '1 234,50 €'],
    es: ['Vistos recientemente', '1234,50 €'],
    ja: ['最近見た商品', '€1,234.50'],
    ar: ['شوهد مؤخرًا', /1.?234[,.٫]50|١٬٢٣٤٫٥٠/],
  } as const;
  for (const [language, [heading, amount]] of Object.entries(expected)) {
    await setLanguage(page, language);
    await expect(list.getByRole('heading')).toHaveText(heading);
    await expect(price).toHaveText(amount);
  }
  await list.evaluate((element) => element.setAttribute('lang', 'de-CH'));
  await expect(list.getByRole('heading')).toHaveText('Zuletzt angesehen');
});

test('lists of one recommender send one request each, in reading order, and show no item twice', async ({ page }) => {
  const { shop } = await addList(page, { answer: 'loading', attributes: { limit: '4' } });
  for (const placement of ['trending', 'for-you', 'recent', 'recent'])
    await addList(page, { share: shop, attributes: { placement, limit: '4' } });
  await page.evaluate((n) => window.lists.shops[n].open(), shop);
  await expect(page.locator('sidestream-recs[state=filled]')).toHaveCount(5);
  await settled(page);
  const lists = await page.locator('sidestream-recs').all();
  const ids = await Promise.all(lists.map(idsOf));
  const ranked = ids.slice(0, 3).flat();
  expect(new Set(ranked).size).toBe(12);
  const { requests } = await callsOf(page, shop);
  // The last two have equal requests, and share one response.
  expect(requests.map(({ placement }) => placement)).toEqual(['for-you', 'trending', 'for-you', 'recent']);
});

test('a lazy list sends no request until it is near the viewport', async ({ page }) => {
  await page.addStyleTag({ content: 'main::before { content: ""; display: block; block-size: 3000px }' });
  const { list, shop } = await addList(page, { attributes: { lazy: '' } });
  await settled(page);
  expect((await callsOf(page, shop)).requests).toEqual([]);
  await expect(list).toHaveAttribute('state', 'loading');
  await page.evaluate(() => scrollTo(0, 2600));
  await expect(list).toHaveAttribute('state', 'filled');
  expect((await callsOf(page, shop)).requests).toHaveLength(1);
});

test('a filter is part of the request as the page wrote it: the recommender parses it', async ({ page }) => {
  const filter = '{"price":{"$lt":20}}';
  const { list, shop } = await addList(page, { attributes: { filter } });
  await expect(list).toHaveAttribute('state', 'filled');
  expect((await callsOf(page, shop)).requests).toMatchObject([{ filter }]);
});

test('typed events report the list and a choice, which a listener can prevent, and bubble to the page', async ({
  page,
}) => {
  await page.evaluate(() => {
    const received: unknown[] = [];
    Object.assign(window, { received });
    document.addEventListener('recommend', ({ detail }) => received.push(['recommend', detail.items.length]));
    document.addEventListener('itemclick', (event) => {
      event.preventDefault();
      received.push(['itemclick', event.detail.item.id, event.detail.position, event.detail.recommendationId]);
    });
  });
  const { list, shop } = await addList(page, { attributes: { limit: '3' } });
  await list.locator('a').nth(1).click();
  expect(await page.evaluate(() => Reflect.get(window, 'received'))).toEqual([
    ['recommend', 3],
    ['itemclick', 'p1', 1, 'r1'],
  ]);
  expect(page.url()).toContain('element.html');
  expect((await callsOf(page, shop)).tracked).toEqual([['click', 'p1', 1]]);
});

test('a card half in view for a second is an impression, once; one below the fold is not', async ({ page }) => {
  await page.setViewportSize({ width: 400, height: 500 });
  const { shop } = await addList(page, { attributes: { limit: '8' } });
  const seen = [
    ['impression', 'p0', 0],
    ['impression', 'p1', 1],
  ];
  await settled(page);
  await expect.poll(async () => (await callsOf(page, shop)).tracked).toEqual(seen);
  await page.clock.runFor(5000);
  await settled(page);
  expect((await callsOf(page, shop)).tracked).toEqual(seen);
});

test('by keyboard, undoing "not interested" restores the focus', async ({ page }) => {
  const { list, shop } = await addList(page, { attributes: { dismissible: '', limit: '4' } });
  await list.getByRole('button', { name: 'Not interested in Hand-thrown' }).focus();
  await page.keyboard.press('Enter');
  const undo = list.getByRole('button', { name: 'Undo' });
  await expect(undo).toBeFocused();
  await expect(page.getByRole('status')).toHaveText(/^Hand-thrown .* will not be shown again\.$/);
  await settled(page);
  expect(await idsOf(list)).toEqual(['p0', 'p2', 'p3']);
  await page.keyboard.press('Enter');
  await expect(list.getByRole('button', { name: 'Not interested in Hand-thrown' })).toBeFocused();
  await settled(page);
  expect(await idsOf(list)).toEqual(['p0', 'p1', 'p2', 'p3']);
  const { tracked } = await callsOf(page, shop);
  expect(tracked.filter(([type]) => type !== 'impression')).toEqual([
    ['dismiss', 'p1', 1],
    ['undismiss', 'p1', 1],
  ]);
});

for (const choices of [0, 1]) {
  test(`the undo button keeps the focus in a changing list until a reset, after ${choices} choices`, async ({
    page,
  }) => {
    const { list, shop } = await addList(page, { attributes: { dismissible: '', limit: '4' } });
    const change = (what: 'change' | 'reset') =>
      page.evaluate(([n, name]) => window.lists.shops[n][name](), [shop, what] as const);
    if (choices > 0) await page.evaluate((n) => window.lists.shops[n].recommender.track('view', 'p9'), shop);
    await list.getByRole('button', { name: 'Not interested in Hand-thrown' }).focus();
    await page.keyboard.press('Enter');
    const undo = list.getByRole('button', { name: 'Undo' });
    await expect(undo).toBeFocused();
    await change('change');
    await settled(page);
    await expect(undo).toBeFocused();
    // After a reset the profile has no dismissal: the item is back, and the focus moves to the card in that place.
    await change('reset');
    await expect(undo).toHaveCount(0);
    await expect.poll(() => idsOf(list)).toEqual(['p0', 'p1', 'p2', 'p3']);
    await expect(list.locator('[data-id=p2] a')).toBeFocused();
  });
}

test('after "try again", the focus moves into the list once it has loaded', async ({ page }) => {
  // Where the network failed, code that comes late may be missing too.
  let missing = 0;
  await page.route('**/shown-list-*', (route) => {
    missing += 1;
    return route.abort();
  });
  const { list, shop } = await addList(page, { answer: 'error', attributes: { limit: '3' } });
  await list.getByRole('button', { name: 'Try again' }).focus();
  await page.evaluate((n) => {
    window.lists.shops[n].answer = 'filled';
  }, shop);
  await page.keyboard.press('Enter');
  await expect(list.locator('a').first()).toBeFocused();
  expect(missing).toBeGreaterThan(0);
  // A focus that moved elsewhere meanwhile stays there.
  await page.evaluate(() => document.body.append(Object.assign(document.createElement('input'), { id: 'other' })));
  await page.locator('#other').focus();
  await page.evaluate((n) => window.lists.shops[n].change(), shop);
  await settled(page);
  await expect(page.locator('#other')).toBeFocused();
});

test('with reduced motion nothing moves', async ({ page }) => {
  const running = (list: Awaited<ReturnType<typeof addList>>['list']) =>
    list.evaluate((element) => element.shadowRoot?.getAnimations().length);
  const { list } = await addList(page, { answer: 'loading' });
  expect(await running(list)).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await running(list)).toBe(0);
});

test('texts of a catalog stay text, and its addresses open only pages', async ({ page }) => {
  const evil = '<img src=x onerror="window.hit = 1"><script>window.hit = 1</script>';
  const products = [
    { reason: evil, item: { title: evil, url: 'javascript:window.hit=1', image: 'javascript:window.hit=1' } },
    { item: { title: evil, url: 'https://shop.example/x', image: '/x.png" onerror="window.hit=1' } },
    { item: { url: 'data:text/html,<script>window.hit=1</script>' } },
  ];
  const built = await addList(page, { products, attributes: { limit: '3' } });
  await expect(built.list.locator('[part=link]').first()).toHaveText(evil);
  await expect(built.list.locator('[part=reason]').first()).toHaveText(evil);
  await expect(built.list.locator('li').nth(0).locator('a, img')).toHaveCount(0);
  await expect(built.list.locator('li').nth(1).locator('a')).toHaveAttribute('href', 'https://shop.example/x');
  await expect(built.list.locator('li').nth(2).locator('a')).toHaveCount(0);
  const html = `<template><style>b { color: rgb(1, 2, 3) }</style><a href="{href}" title="{title}"><img src="{image}" alt=""><b>{title}</b></a></template>`;
  const own = await addList(page, { products, html, attributes: { limit: '3' } });
  const first = own.list.locator('li').first();
  await expect(first.locator('b')).toHaveText(evil);
  await expect(first.locator('b')).toHaveCSS('color', 'rgb(1, 2, 3)');
  await expect(first.locator('a')).toHaveAttribute('href', '');
  await first.locator('a').click({ force: true });
  await expect(own.list.locator('script, style')).toHaveCount(0);
  expect(await page.evaluate(() => Reflect.get(window, 'hit'))).toBeUndefined();
});

test('a policy without inline styles or scripts blocks nothing, and a template keeps its style', async ({ page }) => {
  const policy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; connect-src 'self'";
  await page.route('**/element.html', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
  });
  await page.addInitScript(() => {
    const blocked: string[] = [];
    Object.assign(window, { blocked });
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) =>
      blocked.push(`${violatedDirective} ${sample}`),
    );
  });
  await page.reload();
  await page.waitForFunction(() => 'lists' in window);
  const html = '<template><style>b { color: rgb(1, 2, 3) }</style><a href="{href}"><b>{title}</b></a></template>';
  const { list } = await addList(page, { html, attributes: { dismissible: '' } });
  await expect(list.locator('b').first()).toHaveCSS('color', 'rgb(1, 2, 3)');
  for (const { options } of STATES) await addList(page, options);
  await expect(page.locator('sidestream-recs').last()).toHaveAttribute('state', 'error');
  await expect(page.getByRole('status')).toHaveCSS('position', 'absolute');
  // The policy is in force.
  await page.evaluate(() => document.body.setAttribute('style', 'color: red'));
  await expect.poll(() => page.evaluate(() => Reflect.get(window, 'blocked'))).toHaveLength(1);
});
