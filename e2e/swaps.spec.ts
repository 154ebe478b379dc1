// Pages whose body is exchanged without a new document, as Turbo, Astro's ClientRouter and htmx do: by hand, as Turbo does.
import type { BrowserContext, Page } from '@playwright/test';
import { serveHeadless } from './support/headless';
import { expect, products, test } from './support/shop';

declare global {
  interface Window {
    /** Bodies as they were left, by path. */
    left: Map<string, Element>;
    swap(path: string, restore?: boolean): Promise<void>;
    tracked: [type: string, id: string][];
    /** Objects that the scripts of the pages created. */
    made: { close(): Promise<void> }[];
  }
}

const IDS = products().map(({ id }) => id);

/** Runs once, as the script of a shop that does not know of its router does. */
const HEAD = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title><link rel="icon" href="data:,">
<script type="module">
  import { createRecommender, SidestreamRecs } from '/sidestream/sidestream.js';
  import { SidestreamInspector } from '/sidestream/inspector.js';
  import { SidestreamPick } from '/sidestream/pick.js';
  window.elements = { SidestreamRecs, SidestreamInspector, SidestreamPick };
  window.recommender = await createRecommender({ bundle: '/bundle/' });
  window.left = new Map();
  window.swap = async (path, restore = false) => {
    window.left.set(location.pathname, document.body.cloneNode(true));
    const text = restore ? '' : await (await fetch(path)).text();
    const copy = restore && window.left.get(path);
    const body = copy ? copy.cloneNode(true) : document.adoptNode(new DOMParser().parseFromString(text, 'text/html').body);
    history.pushState(null, '', path);
    document.body.replaceWith(body);
    for (const script of body.querySelectorAll('script')) {
      const again = document.createElement('script');
      again.type = script.type;
      again.textContent = script.textContent;
      script.replaceWith(again);
    }
  };
</script>`;

/** One page: a grid, lists with and without an address of the bundle, and a script that connects adapters, again on each page. */
const body = (first: number): string => `<body><main>
  <sidestream-recs id="named" bundle="/bundle/" limit="4"></sidestream-recs>
  <sidestream-recs id="plain" limit="4" placement="trending" layout="row"></sidestream-recs>
  <sidestream-recs id="far" limit="4" placement="trending" lazy style="display: block; margin-top: 500vh"></sidestream-recs>
  <ul class="products" data-sidestream-placement="category">
    ${IDS.slice(first, first + 8)
      .map((id) => `<li data-sidestream-item="${id}"><a href="#${id}">${id}</a></li>`)
      .join('')}
  </ul>
  <sidestream-pick always></sidestream-pick>
  <sidestream-inspector></sidestream-inspector>
</main>
<script type="module">
  import { createRecommender } from '/sidestream/sidestream.js';
  import { connectAttributes, connectDataLayer, connectGrid } from '/sidestream/adapters.js';
  window.dataLayer ??= [];
  window.tracked ??= [];
  const onReport = ({ outcome, type, itemId }) => outcome === 'tracked' && window.tracked.push([type, itemId]);
  const recommender = createRecommender({ bundle: '/bundle/' });
  (window.made ??= []).push(await recommender);
  connectAttributes(recommender, { onReport });
  connectDataLayer(recommender, { onReport });
  connectGrid(recommender, '.products', { strength: 0.5, onReport });
</script></body></html>`;

async function open(page: Page, context: BrowserContext): Promise<void> {
  await serveHeadless(context);
  for (const [path, first] of [
    ['one', 0],
    ['two', 8],
  ] as const) {
    const html = HEAD + body(first);
    await context.route(`**/swap-${path}.html`, (route) => route.fulfill({ body: html, contentType: 'text/html' }));
  }
  await page.goto('/swap-one.html');
  await page.waitForFunction(() => 'swap' in window);
}

const swap = (page: Page, path: string, restore = false): Promise<void> =>
  page.evaluate(([to, again]) => window.swap(`/swap-${to}.html`, again), [path, restore] as const);

/** Lists, grid, picker and inspector are there. */
async function complete(page: Page): Promise<void> {
  for (const list of ['named', 'plain']) await expect(page.locator(`#${list} [data-id]`)).toHaveCount(4);
  await expect(page.locator('main > .products[data-sidestream-ranked]')).toBeAttached();
  await expect(page.locator('sidestream-pick [data-id]').first()).toBeVisible();
  await expect(page.locator('sidestream-inspector [role=tab]').first()).toBeVisible();
}

const trackedClicks = (page: Page): Promise<string[]> =>
  page.evaluate(() => window.tracked.flatMap(([type, id]) => (type === 'click' ? id : [])));
const eventsOf = (page: Page): Promise<number> =>
  page.evaluate(async () => (await window.recommender.status.get()).events);
const gridOf = (page: Page): Promise<(string | null)[]> =>
  page.locator('main > .products > li').evaluateAll((all) => all.map((li) => li.getAttribute('data-sidestream-item')));

test('lists, events, grids and the profile survive swapped and restored bodies', async ({ page, context }) => {
  await open(page, context);
  await complete(page);
  await page.locator(`[data-sidestream-item="${IDS[0]}"] a`).click();
  await expect.poll(() => trackedClicks(page)).toEqual([IDS[0]]);

  await swap(page, 'two');
  await complete(page);
  // The click, which was only in memory, is still known to the same worker.
  expect(await eventsOf(page)).toBe(1);
  expect(page.workers()).toHaveLength(1);
  await page.locator(`[data-sidestream-item="${IDS[9]}"] a`).click();
  await expect.poll(() => eventsOf(page)).toBe(2);
  await page.evaluate((id) => {
    window.dataLayer.push({ event: 'add_to_cart', ecommerce: { items: [{ item_id: id }] } });
  }, IDS[11]);
  await expect.poll(() => eventsOf(page)).toBe(3);
  // The script of both pages connected the adapters, and each event counts once.
  const all = await page.evaluate(() => window.tracked.filter(([type]) => type !== 'impression'));
  expect(all).toEqual([
    ['click', IDS[0]],
    ['click', IDS[9]],
    ['cart', IDS[11]],
  ]);
  // A script that closes what it made with each page ends nothing that lists have joined.
  await page.evaluate(async () => {
    for (const made of [...window.made, window.recommender]) await made.close();
    const { createRecommender } = await import(`${location.origin}/sidestream/sidestream.js`);
    window.recommender = await createRecommender({ bundle: '/bundle/' });
  });
  expect(await eventsOf(page)).toBe(3);
  const [left, state] = [await gridOf(page), await page.locator('#plain').getAttribute('state')];
  expect(state).toBe('filled');

  // A copy has the attributes of its original, whatever they were.
  await page.evaluate(() => {
    for (const element of document.querySelectorAll('sidestream-recs')) element.setAttribute('state', 'hidden');
    document.querySelector('sidestream-pick')?.setAttribute('state', 'picked');
  });
  await swap(page, 'one', true);
  await complete(page);
  await swap(page, 'two', true);
  await complete(page);
  await expect(page.locator('#plain')).toHaveAttribute('state', 'filled');
  // Again as it was left: the shopper's order is not taken for the shop's.
  expect(await gridOf(page)).toEqual(left);
  await page.locator('main > .products a').first().click();
  await expect.poll(() => trackedClicks(page)).toEqual([IDS[0], IDS[9], left[0]]);

  // A router that keeps an element moves it; one that compares removes attributes that the server did not write.
  const picks = page.locator('sidestream-pick [data-id]');
  await picks.first().click();
  await page.evaluate(() => {
    const list = document.querySelector('#plain');
    for (const name of ['state', 'layout']) list?.removeAttribute(name);
    for (const kept of document.querySelectorAll('sidestream-pick, #named')) document.querySelector('ul')?.before(kept);
  });
  await complete(page);
  await expect(page.locator('#plain')).toHaveAttribute('state', 'filled');
  await expect(page.locator('sidestream-pick [aria-pressed=true]')).toHaveCount(1);
  await expect(page.locator('body > [data-sidestream=announcer]')).toHaveCount(1);
  expect(page.workers()).toHaveLength(1);
});

test('nothing of the removed bodies is retained', { tag: '@nightly' }, async ({ page, context }) => {
  await open(page, context);
  await complete(page);
  const session = await context.newCDPSession(page);
  const count = async (name: string): Promise<number> => {
    await session.send('HeapProfiler.collectGarbage');
    const { result } = await session.send('Runtime.evaluate', {
      expression: `${name}.prototype`,
      objectGroup: 'leaks',
    });
    const { objects } = await session.send('Runtime.queryObjects', {
      prototypeObjectId: result.objectId ?? '',
      objectGroup: 'leaks',
    });
    const { result: length } = await session.send('Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: 'function () { return this.length; }',
      returnByValue: true,
    });
    await session.send('Runtime.releaseObjectGroup', { objectGroup: 'leaks' });
    return Number(length.value);
  };
  const NAMES = [
    ...['SidestreamRecs', 'SidestreamPick', 'SidestreamInspector'].map((name) => `elements.${name}`),
    ...['IntersectionObserver', 'ResizeObserver', 'MutationObserver', 'HTMLLIElement'],
  ];
  // One after the other: a count releases the objects of its group, also those that another count still reads.
  const countAll = async () => {
    const counts: Record<string, number> = {};
    for (const name of NAMES) counts[name] = await count(name);
    return counts;
  };
  const visit = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n++) {
      await swap(page, n % 2 ? 'one' : 'two');
      // Some leave before anything is there, some after.
      if (n % 5 === 4) await complete(page);
    }
    await complete(page);
    await page.evaluate(() => window.left.clear());
  };
  await visit(10);
  const before = await countAll();
  await visit(40);
  const after = await countAll();
  // As many as before, but for what the browser has not freed yet: 40 more pages would be 120 lists.
  for (const name of NAMES) expect(after[name], name).toBeLessThan(before[name] + 30);
  expect(page.workers()).toHaveLength(1);
});
