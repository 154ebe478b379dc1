import { readFile } from 'node:fs/promises';
import type { BrowserContext, Page } from '@playwright/test';
import type { AdapterReport } from '../src/page/adapters/report';
import { eventsOf, serveHeadless, startHeadless } from './support/headless';
import { expect, products, test } from './support/shop';

declare global {
  interface Window {
    reports: AdapterReport[];
    disconnect(): void;
    /** Starts the recommender of a page that was opened with `?late`. */
    go(): void;
    shifts: number;
    drawn: [visible: boolean, ranked: boolean][];
    nodes: Element[];
  }
}

/** Number of products before the banner. */
const BANNER = 5;
const FAVORITE = 'Toys/Plush Pets';
/** Categories in turn, so that each is spread over the page. */
const CATEGORIES = ['Food/Fruit', 'Home/Wall Art', FAVORITE, 'Tools/Hardware'];
const ofCategory = (category: string) => products().filter((product) => product.category === category);
const SHOWN = Array.from({ length: 12 }, (_, n) => CATEGORIES.map((category) => ofCategory(category)[n])).flat();
const MORE = Array.from({ length: 4 }, (_, n) => CATEGORIES.map((category) => ofCategory(category)[n + 12])).flat();
const liked = new Set(ofCategory(FAVORITE).map(({ id }) => id));

const card = ({ id, title }: (typeof SHOWN)[number], position: number): string =>
  `<li data-sidestream-item="${id}" data-sidestream-position="${position}"><a href="#${id}"><img alt="" src="/images/${id}.webp" />${title}</a></li>`;
/** As the shop's server would write it, with a product that the bundle does not have at the third place. */
const html = (): string => {
  const cards = SHOWN.map(card);
  cards.splice(2, 0, card({ id: 'brand-new', title: 'Brand new', category: '' }, 2));
  cards.splice(BANNER, 0, '<li class="banner"><a href="#sale">Summer sale</a></li>');
  return cards.join('\n');
};

async function serve(context: BrowserContext): Promise<void> {
  await serveHeadless(context);
  const page = await readFile(new URL('pages/grid.html', import.meta.url), 'utf8');
  const body = page.replace('<!-- products -->', html());
  await context.route('**/grid.html*', (route) => route.fulfill({ body, contentType: 'text/html' }));
  // Before anything is drawn: what moves afterwards, and what each frame shows.
  await context.addInitScript(() => {
    window.shifts = 0;
    window.drawn = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shifts += Number(Reflect.get(entry, 'value'));
    }).observe({ type: 'layout-shift', buffered: true });
    const look = (): void => {
      const first = document.querySelector('.products > [data-sidestream-item]');
      if (first) {
        const ranked = first.parentElement?.hasAttribute('data-sidestream-ranked') ?? false;
        window.drawn.push([first.checkVisibility({ visibilityProperty: true }), ranked]);
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** Teaches the recommender of this browser what its shopper likes: the last products of a category, none of them shown. */
async function learn(page: Page): Promise<void> {
  await startHeadless(page, 'granted');
  await page.evaluate(
    async (ids) => {
      for (const id of ids) await window.recommender.track('click', id);
      await window.recommender.status.settled();
      await window.recommender.close();
    },
    [...liked].slice(-6),
  );
}

const ranked = (page: Page) => expect(page.locator('.products[data-sidestream-ranked]')).toBeAttached();

/** Ids in the order of the document; null for the banner. */
const idsOf = (page: Page): Promise<(string | null)[]> =>
  page.locator('.products > li').evaluateAll((all) => all.map((li) => li.getAttribute('data-sidestream-item')));

/** Two frames: the browser has reported by then what moved. */
const drawn = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

/** Ids in the order in which the tab key gets to their links. */
async function tabOrder(page: Page, count: number): Promise<(string | undefined)[]> {
  await page.locator('header a').focus();
  const ids: (string | undefined)[] = [];
  for (let n = 0; n < count; n++) {
    await page.keyboard.press('Tab');
    ids.push(await page.evaluate(() => document.activeElement?.getAttribute('href')?.slice(1)));
  }
  return ids;
}

test('a grid keeps the server’s order for an unknown shopper, and has a known shopper’s order before it is first seen', async ({
  page,
  context,
}) => {
  await serve(context);
  await page.goto('/grid.html');
  await ranked(page);
  const served = await idsOf(page);
  expect(served.filter((id) => id !== null)).toEqual(SHOWN.map(({ id }) => id).toSpliced(2, 0, 'brand-new'));
  await drawn(page);
  expect(await page.evaluate(() => window.shifts)).toBe(0);

  await learn(page);
  await page.goto('/grid.html');
  await ranked(page);
  await drawn(page);
  const ids = await idsOf(page);
  expect(ids.toSorted()).toEqual(served.toSorted());
  expect(ids.slice(0, 6).filter((id) => liked.has(id ?? ''))).toHaveLength(4);
  // Neither the banner nor what the recommender does not know has moved.
  expect([ids[2], ids[BANNER]]).toEqual(['brand-new', null]);
  expect(await page.evaluate(() => window.shifts)).toBe(0);
  // No frame showed it in another order.
  const frames = await page.evaluate(() => window.drawn);
  expect(frames.filter(([visible, inOrder]) => visible && !inOrder)).toEqual([]);
  expect(frames.at(-1)).toEqual([true, true]);
  const positions = await page
    .locator('[data-sidestream-position]')
    .evaluateAll((all) => all.map((li) => li.getAttribute('data-sidestream-position')));
  expect(positions).toEqual([...SHOWN.map((_, n) => `${n}`).toSpliced(2, 0, '2')]);
  expect(await tabOrder(page, 8)).toEqual(ids.slice(0, 8).map((id) => id ?? 'sale'));

  await page.locator('.products a').first().click();
  const clicks = async () => (await eventsOf(page)).filter(({ placement }) => placement === 'category');
  await expect
    .poll(async () => (await clicks()).filter(({ type }) => type === 'click'))
    .toEqual([
      expect.objectContaining({ itemId: ids[0], position: 0, recommendationId: expect.stringMatching(/^rerank-/) }),
    ]);
  expect(await page.evaluate(() => window.reports.filter(({ source }) => source === 'grid'))).toEqual([]);
});

test('a late order moves nothing that was in view; later products are ordered among themselves', async ({
  page,
  context,
}) => {
  await serve(context);
  await learn(page);
  await page.goto('/grid.html?late');
  // As if the style sheet had no rule that waits.
  await page.addStyleTag({ content: '.products > li { animation: none !important }' });
  await page.evaluate(() => scrollTo(0, 150));
  await drawn(page);
  await drawn(page);
  const before = await idsOf(page);
  const inView = await page
    .locator('.products > li')
    .evaluateAll((all) => all.filter((li) => li.getBoundingClientRect().top < innerHeight).length);
  expect(inView).toBeLessThan(before.length - 12);
  await page.evaluate(() => {
    window.nodes = [...document.querySelectorAll('.products > li')];
    window.nodes.at(-1)?.querySelector('a')?.focus({ preventScroll: true });
  });
  await page.evaluate(() => window.go());
  await ranked(page);
  const after = await idsOf(page);
  // Neither has the focused product moved, nor is any node another one.
  expect(after.at(-1)).toBe(before.at(-1));
  expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe(`#${before.at(-1)}`);
  expect(
    await page.evaluate(() => {
      const now = new Set(document.querySelectorAll('.products > li'));
      return window.nodes.every((node) => now.has(node)) && now.size === window.nodes.length;
    }),
  ).toBe(true);
  expect(after.slice(0, inView)).toEqual(before.slice(0, inView));
  expect(after.toSorted()).toEqual(before.toSorted());
  const below = (ids: (string | null)[]) => ids.slice(inView, inView + 5).filter((id) => liked.has(id ?? '')).length;
  expect(below(after)).toBeGreaterThan(below(before));
  expect(await page.evaluate(() => scrollY)).toBe(150);

  // Rows that are added at the end, one of them twice.
  const more = MORE.map((product, n) => card(product, before.length + n)).join('');
  await page.evaluate(
    (text) =>
      document
        .querySelector('.products')
        ?.insertAdjacentHTML('beforeend', text + text.slice(0, text.indexOf('</li>') + 5)),
    more,
  );
  await expect.poll(async () => liked.has((await idsOf(page))[before.length] ?? '')).toBe(true);
  const grown = await idsOf(page);
  expect(grown.slice(0, before.length)).toEqual(after);
  expect(grown.slice(before.length, -1).toSorted()).toEqual(MORE.map(({ id }) => id).toSorted());
  expect(grown.at(-1)).toBe(MORE[0].id);
  await drawn(page);
  expect(await page.evaluate(() => window.shifts)).toBe(0);

  await page.evaluate(() => window.disconnect());
  await page.evaluate((text) => document.querySelector('.products')?.insertAdjacentHTML('beforeend', text), more);
  await drawn(page);
  expect((await idsOf(page)).slice(-MORE.length)).toEqual(MORE.map(({ id }) => id));
});

test('rows, nested grids and our own lists are told apart; a failure is reported and changes nothing', async ({
  page,
  context,
}) => {
  await serve(context);
  await page.goto('/grid.html');
  await ranked(page);
  const orders = await page.evaluate(async () => {
    const { connectGrid } = await import(`${location.origin}/sidestream/adapters.js`);
    const item = (id: string, inside = ''): string => `<b data-sidestream-item="${id}">${inside}</b>`;
    /** Connects a grid to a recommender that turns every list round. */
    const turned = async (content: string, calls: (string[] | Error)[] = []): Promise<string> => {
      const box = document.createElement('div');
      box.innerHTML = `<div class="box">${content}</div>`;
      document.body.append(box);
      const reports: AdapterReport[] = [];
      const rerank = async (ids: string[]) => {
        calls.push(ids);
        return { id: 'r', ids: ids.toReversed() };
      };
      const off = connectGrid({ rerank, on: () => () => undefined }, '.box', {
        root: box,
        onReport: (report: AdapterReport) => reports.push(report),
      });
      await new Promise((resolve) => setTimeout(resolve));
      off();
      return (box.firstElementChild?.innerHTML ?? '').replaceAll(/ data-sidestream-(item|recommendation)=/g, ' ');
    };
    const refused: unknown[] = [];
    const onReport = ({ message }: { message: string }) => refused.push(message);
    const rejected = Promise.reject(new Error('no bundle'));
    /** A grid without an order: one that has its order keeps it, no matter what connects it. */
    const grid = (name: string): string => {
      const box = document.createElement('div');
      box.className = name;
      box.innerHTML = `${item('1')}${item('2')}`;
      document.body.append(box);
      return `.${name}`;
    };
    connectGrid(window.recommender, grid('range'), { strength: 7, onReport });
    connectGrid(window.recommender, grid('name'), { strenght: 1, onReport });
    connectGrid(rejected, grid('rejected'), { onReport });
    connectGrid(window.recommender, '..', { onReport });
    connectGrid(window.recommender, '.products', { wait: Number.NaN, onReport });
    // Reports come when the worker has answered, in its own order.
    while (refused.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    const aborted = window.recommender.rerank(['1'], {}, { signal: AbortSignal.abort() });
    refused.push(await aborted.catch(({ code }) => code));
    return {
      rows: await turned(`<p>${item('1')} ${item('2')}</p><i>ad</i><p>${item('3')}</p>`),
      banner: await turned(`${item('1')}<p>${item('2')} ${item('3')}</p>${item('4')}`),
      wrapped: await turned(`<p>${item('1')}</p> <p><i></i>${item('2', item('3'))}</p>`),
      nested: await turned(`${item('1')}<div class="box">${item('2')}${item('3')}</div>${item('4')}`),
      own: await turned(`${item('1')}<sidestream-recs>${item('2')}</sidestream-recs>${item(' ')}${item('4')}`),
      refused,
    };
  });
  const shown = (...ids: string[]) => ids.map((id) => `<b "${id}" "r"></b>`);
  expect(orders.rows).toBe(`<p>${shown('2', '1').join(' ')}</p><i>ad</i><p><b "3"></b></p>`);
  expect(orders.banner).toBe('<b "4" "r"></b><p><b "2"></b> <b "3"></b></p><b "1" "r"></b>');
  expect(orders.wrapped).toBe('<p><i></i><b "2" "r"><b "3"></b></b></p> <p><b "1" "r"></b></p>');
  expect(orders.nested).toContain('<b "4" "r"></b><div class="box"');
  expect(orders.own).toMatch(/^<b "4" "r"><\/b><sidestream-recs.*"2".*<b " "><\/b><b "1" "r"><\/b>$/);
  expect(orders.refused).toEqual([
    expect.stringContaining('".." is not a selector'),
    expect.stringContaining('wait must be'),
    'no bundle',
    expect.stringMatching(/rerank\(\): strength/),
    expect.stringMatching(/rerank\(\): .*strenght.*strength/),
    'runtime/aborted',
  ]);
});
