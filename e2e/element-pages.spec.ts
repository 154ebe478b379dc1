// Lists in pages: a framework's router follows their links, and keeps pages that are not shown.
import { expect } from '@playwright/test';
import { addList, callsOf, idsOf, listTest as test } from './support/lists';
import { settled } from './support/settled';

test('a list that is not rendered takes no products from other lists, sends no requests, and refreshes once rendered', async ({
  page,
}) => {
  const attributes = { limit: '4' };
  const first = await addList(page, { attributes });
  const second = await addList(page, { share: first.shop, attributes: { ...attributes, placement: 'trending' } });
  await expect(second.list).toHaveAttribute('state', 'filled');
  const [front, next] = [await idsOf(first.list), await idsOf(second.list)];
  expect(next.filter((id) => front.includes(id))).toEqual([]);

  const show = (display: string) =>
    first.list.evaluate((element, value) => element.style.setProperty('display', value), display);
  await show('none');
  const before = (await callsOf(page, first.shop)).requests.length;
  await page.evaluate((n) => window.lists.shops[n].change(), first.shop);
  await expect.poll(() => idsOf(second.list)).toEqual(front);
  expect((await callsOf(page, first.shop)).requests.length - before).toBe(1);

  await show('block');
  await expect.poll(async () => (await idsOf(second.list)).filter((id) => front.includes(id))).toEqual([]);
  expect(await idsOf(first.list)).toEqual(front);
});

test('a list in a closed tab panel is ready when the panel opens, and reflects the choices made meanwhile', async ({
  page,
}) => {
  const show = (display: string) =>
    page.evaluate((value) => document.querySelector('main')?.style.setProperty('display', value), display);
  await show('none');
  const { list, shop } = await addList(page);
  await expect(list).toHaveAttribute('state', 'filled');
  await settled(page);
  const before = (await callsOf(page, shop)).requests.length;
  await page.evaluate((n) => window.lists.shops[n].change(), shop);
  await settled(page);
  expect((await callsOf(page, shop)).requests).toHaveLength(before);
  await show('block');
  await expect.poll(async () => (await callsOf(page, shop)).requests.length).toBe(before + 1);
});

for (const when of ['', ', before the late code of lists, too']) {
  test(`\`navigate\` handles plain clicks, and leaves clicks that open elsewhere to the browser${when}`, async ({
    page,
  }) => {
    if (when) await page.route('**/shown-list-*', () => undefined);
    const { list, shop } = await addList(page, { attributes: { 'href-template': '#/product/{id}' } });
    await expect(list).toHaveAttribute('state', 'filled');
    await list.evaluate((element) => {
      (element as HTMLElementTagNameMap['sidestream-recs']).navigate = (href) => {
        document.title = href;
      };
    });
    const link = list.locator('[part=link]').first();
    const stopped = (options: object): Promise<boolean> =>
      link.evaluate((element, init) => {
        const click = new MouseEvent('click', { bubbles: true, composed: true, cancelable: true, ...init });
        // The browser must not open a tab here.
        document.addEventListener('click', (event) => event.preventDefault(), { once: true });
        let prevented = false;
        document
          .querySelector('main')
          ?.addEventListener('click', (event) => (prevented = event.defaultPrevented), { once: true });
        element.dispatchEvent(click);
        return prevented;
      }, options);
    for (const key of ['ctrlKey', 'metaKey', 'shiftKey', 'altKey'])
      expect(await stopped({ [key]: true }), key).toBe(false);
    await link.evaluate((element) => element.setAttribute('target', '_blank'));
    expect(await stopped({})).toBe(false);
    await link.evaluate((element) => element.removeAttribute('target'));
    expect(await page.title()).toBe('Lists');
    const [id] = await idsOf(list);
    expect(await stopped({})).toBe(true);
    expect(await page.title()).toBe(`#/product/${id}`);
    const { tracked } = await callsOf(page, shop);
    expect(tracked.filter(([type]) => type === 'click')).toHaveLength(6);
    // A listener of the page that takes the click has it for itself.
    await page.evaluate(() =>
      document.addEventListener('itemclick', (event) => event.preventDefault(), { once: true }),
    );
    await page.evaluate(() => {
      document.title = 'Lists';
    });
    expect(await stopped({})).toBe(true);
    expect(await page.title()).toBe('Lists');
  });
}

test('an empty template, as React renders one from children, is reported in the console', async ({ page }) => {
  const warnings: string[] = [];
  page.on('console', (message) => warnings.push(message.text()));
  const { list } = await addList(page, { html: '<template></template>' });
  await expect(list).toHaveAttribute('state', 'filled');
  await expect.poll(() => warnings.filter((text) => text.includes('dangerouslySetInnerHTML'))).toHaveLength(1);
});
