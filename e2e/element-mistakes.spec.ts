import { expect, type Page } from '@playwright/test';
import { addList, callsOf, idsOf, listTest as test } from './support/lists';
import { settled } from './support/settled';

/** Warnings about the page's lists in the console. */
function warningsOf(page: Page): string[] {
  const texts: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'warning' && message.text().includes('sidestream-recs')) texts.push(message.text());
  });
  return texts;
}

/** A list between two paragraphs, to measure the gap, in a page with its own `display` and height for lists. */
async function between(page: Page, options: Parameters<typeof addList>[1]) {
  await page.addStyleTag({
    content: 'sidestream-recs { display: block; min-height: 9rem } main { display: grid; gap: 0 } p { margin: 0 }',
  });
  const mark = (id: string) =>
    page.evaluate((name) => {
      document
        .querySelector('main')
        ?.append(Object.assign(document.createElement('p'), { id: name, textContent: name }));
    }, id);
  await mark('above');
  const added = await addList(page, options);
  await mark('below');
  const gap = () =>
    page.evaluate(() => {
      const [above, below] = ['above', 'below'].map((id) => document.getElementById(id)?.getBoundingClientRect());
      return (below?.top ?? 0) - (above?.bottom ?? 0);
    });
  return { ...added, gap };
}

test('invalid settings cause one warning per element and attribute, with the correction; the list uses the defaults', async ({
  page,
}) => {
  const warnings = warningsOf(page);
  const wrong = {
    placement: 'for_you',
    limit: 'abc',
    'heading-level': '9',
    layout: 'rows',
    currency: 'EURO',
    'href-template': '/product/{sku}',
  };
  const { list, shop } = await addList(page, { attributes: wrong });
  await expect(list).toHaveAttribute('state', 'filled');
  const heading = list.getByRole('heading', { level: 2 });
  await expect(heading).toHaveText('Recommended for you');
  expect(await idsOf(list)).toHaveLength(8);
  expect((await callsOf(page, shop)).requests).toMatchObject([{ placement: 'for-you', limit: 8 }]);
  await expect(list.locator('[part=price]').first()).toHaveText('1,234.50');
  await expect(list.locator('[part=link]').first()).toHaveAttribute('href', '/product/p0');
  await page.evaluate((n) => window.lists.shops[n].change(), shop);
  for (const limit of ['-3', '1000', '2.5', '']) {
    await list.evaluate((element, value) => element.setAttribute('limit', value), limit);
    await settled(page);
    expect(await idsOf(list)).toHaveLength(8);
  }
  for (const [name, value] of Object.entries(wrong)) {
    const found = warnings.filter((text) => text.startsWith(`<sidestream-recs> ${name}="${value}": must `));
    expect(found).toHaveLength(1);
  }
  expect(warnings).toHaveLength(Object.keys(wrong).length);
  // Another element of the page gets a warning of its own.
  await addList(page, { attributes: { limit: '1000' } });
  await expect.poll(() => warnings.length).toBe(Object.keys(wrong).length + 1);
  expect(warnings.at(-1)).toContain('limit="1000": must be a whole number from 1 to 100');
});

test('undefined, null and numbers as text, which frameworks set, cause no warning', async ({ page }) => {
  const warnings = warningsOf(page);
  const { list } = await addList(page);
  await list.evaluate((element: HTMLElementTagNameMap['sidestream-recs']) => {
    const names = ['placement', 'limit', 'headingLevel', 'layout', 'currency', 'hrefTemplate', 'exclude', 'labels'];
    for (const name of names) Reflect.set(element, name, undefined);
    Reflect.set(element, 'itemId', null);
  });
  await settled(page);
  expect(await idsOf(list)).toHaveLength(8);
  await list.evaluate((element) => Reflect.set(element, 'limit', '3'));
  await expect(list.locator('[data-id]')).toHaveCount(3);
  expect(warnings).toEqual([]);
});

test('a list that misses its item is hidden without a gap, with a warning, until it has the item', async ({ page }) => {
  const warnings = warningsOf(page);
  const { list, gap, shop } = await between(page, { attributes: { placement: 'similar', limit: '2' } });
  await expect(list).toHaveAttribute('state', 'hidden');
  await expect(list).toBeHidden();
  expect(await gap()).toBe(0);
  await page.evaluate((n) => window.lists.shops[n].change(), shop);
  await settled(page);
  await expect.poll(() => warnings).toEqual([expect.stringContaining('placement="similar" needs the item in view')]);
  await list.evaluate((element) => element.setAttribute('item-id', 'p9'));
  await expect(list.locator('[data-id]')).toHaveCount(2);
  // The page's own links are shown where there are some.
  const html = '<a href="/x">Mug</a>';
  const linked = await addList(page, { html, attributes: { placement: 'complement' } });
  await expect(linked.list.locator(':scope > a')).toBeVisible();
});

test('a list without a bundle is hidden after 10 s, with a warning, until it has a recommender', async ({ page }) => {
  const warnings = warningsOf(page);
  const { list, gap } = await between(page, { orphan: true, attributes: { limit: '2' } });
  const { shop } = await addList(page, { answer: 'loading' });
  await page.clock.runFor(9000);
  await expect(list).toHaveAttribute('state', 'loading');
  await page.clock.runFor(2000);
  await expect(list).toBeHidden();
  expect(await gap()).toBe(0);
  await expect
    .poll(() => warnings)
    .toEqual([expect.stringMatching(/has no bundle and no recommender 10 s after .*bundle="\/bundle\/"/)]);
  await list.evaluate((element, n) => {
    Reflect.set(element, 'recommender', window.lists.shops[n].recommender);
    window.lists.shops[n].open();
  }, shop);
  await page.clock.runFor(1000);
  await expect(list.locator('[data-id]')).toHaveCount(2);
});

test('an empty "recently viewed" is hidden without a gap, until it has an item', async ({ page }) => {
  const { list, gap, shop } = await between(page, { answer: 'empty', attributes: { placement: 'recent', limit: '2' } });
  await expect(list).toHaveAttribute('state', 'hidden');
  await expect(list).toBeHidden();
  await expect(page.getByRole('region', { name: 'Recently viewed' })).toHaveCount(0);
  expect(await gap()).toBe(0);
  await page.evaluate((n) => {
    window.lists.shops[n].answer = 'filled';
    window.lists.shops[n].change();
  }, shop);
  await expect(list.locator('[data-id]')).toHaveCount(2);
  await expect(page.getByRole('region', { name: 'Recently viewed' })).toBeVisible();
  const html = '<p slot="empty">You have not looked at anything yet.</p>';
  const own = await addList(page, { answer: 'empty', html, attributes: { placement: 'recent' } });
  await expect(own.list.getByText('You have not looked')).toBeVisible();
});

for (const answer of ['empty', 'error'] as const)
  test(`a list takes no room unless it is to show errors: ${answer}`, async ({ page }) => {
    const { list, gap } = await between(page, { answer, quiet: true });
    await expect(list).toHaveAttribute('state', 'hidden');
    expect(await gap()).toBe(0);
    await list.evaluate((element) => element.toggleAttribute('show-errors', true));
    await expect(list).toHaveAttribute('state', answer);
    await expect(list.locator('[part=message]')).toBeVisible();
  });

test('a reason that all cards have is said once, and moves nothing', async ({ page }) => {
  const reason = 'Because you looked at “Mug”';
  const { list, shop } = await addList(page, { answer: 'loading', products: Array(8).fill({ reason }) });
  const header = list.locator('[part=header]');
  const before = await header.boundingBox();
  await page.evaluate((n) => window.lists.shops[n].open(), shop);
  await expect(list.getByText(reason)).toHaveCount(1);
  expect(await header.boundingBox()).toEqual(before);
  await expect(header.getByText(reason)).toBeVisible();
  const own = await addList(page, { products: [{ reason }, { reason: 'Like “Plate”' }], attributes: { limit: '2' } });
  await expect(own.list.locator('.card').getByText(reason)).toBeVisible();
});

test('empty and failed lists take the height of their sentence, at every width', async ({ page }) => {
  for (const answer of ['empty', 'error'] as const)
    for (const layout of ['grid', 'row']) await addList(page, { answer, attributes: { layout } });
  for (const width of [320, 768, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    for (const list of await page.locator('sidestream-recs').all()) {
      await expect(list.locator('[part=message]')).toBeVisible();
      const [whole, sentence] = await list.evaluate((element) =>
        [element, element.shadowRoot?.querySelector('[part=message]')].map(
          (one) => one?.getBoundingClientRect().height ?? 0,
        ),
      );
      expect(sentence).toBeLessThan(width < 400 ? 176 : 96);
      expect(whole - sentence).toBeLessThanOrEqual(64);
    }
  }
});
