import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { addList, callsOf, setLanguage, listTest as test } from './support/lists';
import { PAGES } from './support/ports';
import { settled } from './support/settled';

/** Sum of the page's layout shifts so far, by the definition of Cumulative Layout Shift. */
async function shifts(page: Page): Promise<number> {
  await settled(page);
  return page.evaluate(() => Reflect.get(window, 'shifted') as number);
}

/** A page with a list, and a paragraph below it that a change of height would move. */
async function watched(page: Page, options: Parameters<typeof addList>[1]) {
  await page.evaluate(() => {
    Object.assign(window, { shifted: 0 });
    new PerformanceObserver((records) => {
      for (const record of records.getEntries() as (PerformanceEntry & { value: number })[])
        Reflect.set(window, 'shifted', Reflect.get(window, 'shifted') + record.value);
    }).observe({ type: 'layout-shift', buffered: false });
  });
  const added = await addList(page, options);
  await page.evaluate(() => {
    const below = document.createElement('p');
    below.textContent = 'This paragraph must not move. '.repeat(8);
    document.querySelector('main')?.append(below);
  });
  await settled(page);
  await page.evaluate(() => Reflect.set(window, 'shifted', 0));
  return added;
}

const LINKS = '<a href="/product/p0">Mug</a><a href="/product/p1">Hand-thrown stoneware teapot</a>';

for (const width of [320, 768, 1280])
  for (const [name, options] of [
    ['skeletons', {}],
    ['links of the page', { html: LINKS }],
    ['the slot loading', { html: '<p slot="loading">One moment.</p>' }],
  ] as const)
    for (const layout of ['grid', 'row'])
      test(`nothing moves when cards replace ${name}: ${layout} at ${width}`, {
        // By day, the grid of a phone and the row of a wide screen.
        tag: (width === 320 && layout === 'grid') || (width === 1280 && layout === 'row') ? [] : '@nightly',
      }, async ({ page }) => {
        await page.setViewportSize({ width, height: 2400 });
        const attributes = { layout, limit: '6', dismissible: '', currency: 'EUR' };
        const { list, shop } = await watched(page, { ...options, answer: 'loading', attributes });
        await page.evaluate((n) => window.lists.shops[n].open(), shop);
        await expect(list.locator('[data-id]')).toHaveCount(6);
        expect(await shifts(page)).toBe(0);
        await list.locator('li').nth(2).hover();
        await list.locator('[data-dismiss]').nth(2).click();
        await expect(list.locator('[data-undo]')).toBeVisible();
        await settled(page);
        await list.locator('[data-undo]').click();
        await expect(list.locator('[data-id]')).toHaveCount(6);
        await settled(page);
        // Movement right after a press does not count as a layout shift; here nothing may move at all.
        expect(await shifts(page)).toBe(0);
        expect((await callsOf(page, shop)).tracked.map(([type]) => type)).toContain('undismiss');
      });

const RESERVED = readFileSync(new URL('../examples/plain/lists.css', import.meta.url), 'utf8');

for (const width of [390, 1280])
  test(`nothing moves when the script of the element comes late, with the rules that shops are given: ${width}`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 2400 });
    let load = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      load = resolve;
    });
    await page.route(/\/assets\/element-.*\.js$/, async (route) => {
      await late;
      await route.continue();
    });
    await page.goto(`${PAGES}/element.html`, { waitUntil: 'commit' });
    await page.locator('h1').waitFor();
    // The page's own style sheet may come after its heading, and would move what is measured.
    await page.waitForFunction(() =>
      [...document.querySelectorAll('link')].every(({ rel, sheet }) => rel !== 'stylesheet' || sheet),
    );
    await page.addStyleTag({ content: RESERVED });
    await page.locator('main').evaluate((main) => {
      const kinds = [
        '',
        'layout="row"',
        'layout="row" add-to-cart',
        'layout="bundle" item-id="p0"',
        'limit="3" style="--limit: 3"',
      ];
      main.innerHTML = kinds
        .map((kind) => `<sidestream-recs ${kind}></sidestream-recs><p>This must not move.</p>`)
        .join('');
    });
    const tops = () =>
      page.locator('main p').evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect().top));
    const before = await tops();
    load();
    await expect(page.locator('sidestream-recs[state=loading]')).toHaveCount(5);
    await settled(page);
    for (const [n, top] of (await tops()).entries()) expect(Math.abs(top - before[n]), `${n}`).toBeLessThan(1);
  });

test('cards fill the rows of their grid, and a few cards do not become huge', async ({ page }) => {
  const counts = [1, 2, 3, 5, 6, 7, 8, 10, 12];
  await page.addStyleTag({ content: 'main { max-inline-size: none }' });
  for (const count of counts) await addList(page, { attributes: { limit: `${count}` } });
  await expect(page.locator('sidestream-recs [data-id]')).toHaveCount(54);
  for (const width of [320, 375, 768, 1024, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const grids = await page.locator('sidestream-recs').evaluateAll((lists) =>
      lists.map(({ shadowRoot }) => {
        const boxes = [...(shadowRoot?.querySelectorAll('li') ?? [])].map((card) => card.getBoundingClientRect());
        const tops = [...new Set(boxes.map(({ top }) => Math.round(top)))];
        const rows = tops.map((at) => boxes.filter(({ top }) => Math.round(top) === at));
        const lengths = rows.map(({ length }) => length);
        const list = shadowRoot?.querySelector('ol')?.getBoundingClientRect();
        const [first] = rows;
        return {
          room: list?.width ?? 0,
          lengths,
          card: first[0].width,
          used: (first.at(-1)?.right ?? 0) - first[0].left,
        };
      }),
    );
    for (const [n, { room, lengths, card, used }] of grids.entries()) {
      const about = `${counts[n]} cards at ${width}: ${lengths}, ${card} px`;
      const [columns, last] = [lengths[0], lengths.at(-1) ?? 0];
      // Where only two fit, the last of an odd number has half a row.
      expect(columns === 2 ? last > 0 : last >= columns / 2, about).toBe(true);
      expect(lengths.slice(0, -1), about).toEqual(Array(lengths.length - 1).fill(columns));
      expect(card, about).toBeGreaterThanOrEqual(Math.min(168, (room - 16) / 2) - 1);
      if (lengths.length > 1) expect(room - used, about).toBeLessThan(2);
      else expect(card, about).toBeLessThanOrEqual(280);
    }
  }
});

test('the height stays the same in the script of every language', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 2400 });
  for (const language of ['en', 'ja', 'de', 'fr', 'es', 'ar']) {
    await setLanguage(page, language);
    const attributes = { limit: '8', currency: 'JPY' };
    const { list, shop } = await addList(page, { language, answer: 'loading', attributes });
    await settled(page);
    const before = await list.evaluate((element) => element.getBoundingClientRect().height);
    await page.evaluate((n) => window.lists.shops[n].open(), shop);
    await expect(list.locator('[data-id]')).toHaveCount(8);
    const after = await list.evaluate((element) => element.getBoundingClientRect().height);
    expect([language, after]).toEqual([language, before]);
  }
});

test('links inside stay in the document: visible at first and after a failure, hidden while there are cards', async ({
  page,
}) => {
  const { list, shop } = await addList(page, { answer: 'loading', html: LINKS });
  const link = list.locator(':scope > a').first();
  await expect(link).toBeVisible();
  await page.evaluate((n) => window.lists.shops[n].open(), shop);
  await expect(list.locator('[data-id]').first()).toBeVisible();
  await expect(link).toBeHidden();
  await expect(link).toBeAttached();
  const failed = await addList(page, { answer: 'error', html: LINKS });
  await expect(failed.list).toHaveAttribute('state', 'error');
  await expect(failed.list.locator(':scope > a').first()).toBeVisible();
});

test('slots replace header, empty and error', async ({ page }) => {
  const html = '<h2 slot="header">Mine</h2><p slot="empty">None.</p><p slot="error">Oh.</p>';
  const empty = await addList(page, { answer: 'empty', html });
  await expect(empty.list.getByText('None.')).toBeVisible();
  await expect(empty.list.getByRole('heading')).toHaveText('Mine');
  await expect(empty.list.getByText('Oh.')).toBeHidden();
  const failed = await addList(page, { answer: 'error', html });
  await expect(failed.list.getByText('Oh.')).toBeVisible();
  await expect(failed.list.getByText('None.')).toBeHidden();
});

test('no width and no language makes the page wider than the screen', async ({ page }) => {
  for (const language of ['en', 'de', 'ar']) {
    await setLanguage(page, language);
    for (const layout of ['grid', 'row']) await addList(page, { language, attributes: { layout, currency: 'EUR' } });
    await addList(page, { language, answer: 'error' });
    await addList(page, { language, answer: 'empty' });
  }
  for (const width of [320, 390, 768, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  }
});
