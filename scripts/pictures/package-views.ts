import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ELEMENT, type View } from './view';

/** A page of a shop with only some elements in it. */
async function plain(page: Page, elements: string, modules: readonly string[]): Promise<void> {
  const scripts = modules.map((name) => `<script type="module" src="/sidestream/${name}.js"></script>`).join('');
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title><link rel="stylesheet" href="/shop.css"><main>${elements}</main>${scripts}`;
  await page.route('**/elements.html', (route) => route.fulfill({ body, contentType: 'text/html' }));
  await page.goto('/elements.html');
}

/** The list of a product as `sidestream lists` writes it, without any script. */
async function staticList(page: Page): Promise<void> {
  const { writeDemoLists } = await import('../../e2e/support/static-lists');
  const out = join('.cache', 'pictures', 'lists');
  // The host of the pictures has another port each time, and no address of it is shown.
  await writeDemoLists(out, { lang: 'en', site: undefined, currency: 'EUR' });
  const html = await readFile(join(out, 'similar', 'item', 'red-teapot.html'), 'utf8');
  const css = await readFile(join(out, 'lists.css'), 'utf8');
  await plain(
    page,
    `<style>${css}</style><h2>Similar to the green teapot</h2><sidestream-recs>${html}</sidestream-recs>`,
    [],
  );
}

/** Products that complete a set with the teapot: one of each category. */
async function completeSet(page: Page): Promise<void> {
  const list =
    '<sidestream-recs bundle="/bundle/" placement="complement" item-id="red-teapot" currency="EUR" limit="4" heading="Completes the set"></sidestream-recs>';
  await plain(page, list, ['sidestream']);
  await page.locator('sidestream-recs [data-id]').first().waitFor();
  await page.evaluate(`{
    const list = document.querySelector('sidestream-recs');
    const real = list.activeRecommender;
    list.recommender = { ...real, recommend: (request) => real.recommend({ ...request, set: { onePer: 'category' } }) };
  }`);
  await page.waitForLoadState('networkidle');
}

/** Starts a recommender in a page, as `window.recommender`, which learns from clicks on these products. */
const recommender = (page: Page, clicked: readonly string[]): Promise<void> =>
  page.evaluate(`import('/sidestream/sidestream.js').then(async ({ createRecommender }) => {
    window.recommender = await createRecommender({ bundle: '/bundle/', consent: 'granted' });
    for (const id of ${JSON.stringify(clicked)}) await window.recommender.track('click', id);
    await window.recommender.status.settled();
  })`);

/** Search results of a service, in the order of a shopper who chose plush pets. */
async function search(page: Page): Promise<void> {
  const { products } = await import('../../e2e/support/shop');
  const [liked, others] = [true, false].map((isPlush) =>
    products().filter(({ category }) => (category === 'Toys/Plush Pets') === isPlush),
  );
  const hits = [...others.slice(0, 30), ...liked.slice(0, 6), ...others.slice(30, 60)].map(({ id }) => ({
    objectID: id,
  }));
  await page.route('**/search-service/**', (route) => {
    const { offset, length } = route.request().postDataJSON();
    return route.fulfill({ json: { hits: hits.slice(offset, offset + length) } });
  });
  await page.goto('/search.html');
  await recommender(
    page,
    liked.slice(6, 10).map(({ id }) => id),
  );
  await page.reload();
  await page.getByRole('searchbox').fill('gift');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.locator('#results li img').nth(11).waitFor();
}

/** The example without a network, after a first visit with one. */
async function offline(page: Page): Promise<void> {
  await page.goto('/offline.html');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await page.locator('sidestream-recs [data-id]').first().waitFor();
  await page.waitForLoadState('networkidle');
  await page.context().setOffline(true);
  await page.reload();
  await page.locator('sidestream-recs [data-id]').first().waitFor();
  await page.getByRole('combobox').fill('calendar');
  await page.getByRole('option').first().waitFor();
}

/** JSON with a line for each product. */
const readable = (answer: unknown): string =>
  JSON.stringify(answer).replace('[{', '[\n  {').replaceAll('},{', '},\n  {').replace('}]', '}\n]');

/** An agent's requests after a click on the green teapot, and the answers. */
async function agent(page: Page): Promise<void> {
  await plain(page, '<h2>An agent asks, and the page answers</h2><dl></dl>', []);
  await recommender(page, ['red-teapot']);
  await page.evaluate(`import('/sidestream/adapters.js').then(({ connectAgent }) =>
    connectAgent(window.recommender, { addToCart: () => {}, addressOf: ({ id }) => 'https://shop.example/' + id }))`);
  const asked = async (tool: string, input: Record<string, string | number>): Promise<unknown> => {
    let names: string[];
    do names = (await page.webmcp.tools()).map(({ name }) => name);
    while (!names.includes(tool));
    const answer: unknown = await page.webmcp.callTool(tool, input);
    await page.locator('dl').evaluate(
      (list, lines) => {
        for (const [n, line] of lines.entries()) {
          const text = document.createElement('pre');
          text.textContent = line;
          const part = document.createElement(n === 0 ? 'dt' : 'dd');
          part.append(text);
          list.append(part);
        }
      },
      [`${tool} ${JSON.stringify(input)}`, readable(answer)],
    );
    return answer;
  };
  await asked('find_products', { text: 'teapot', limit: 1 });
  await asked('recommend_products', { limit: 2 });
  await asked('add_to_cart', { id: 'red-teapot', quantity: 1 });
}

/** Views of the package's scripts in pages of a shop. */
export const PACKAGE_VIEWS: readonly View[] = [
  {
    name: 'rows',
    sources: [
      'examples/plain/shop.css',
      'src/page/element/rows',
      'src/device/ranking/segments-and-rows.ts',
      ...ELEMENT,
    ],
    picture: { file: 'pictures/rows.webp', width: 1080, height: 1120 },
    needsScripts: true,
    async open(page) {
      const rows = '<sidestream-rows bundle="/bundle/" currency="EUR" limit="4"></sidestream-rows>';
      await plain(page, rows, ['sidestream', 'rows']);
      await page.locator('sidestream-rows [data-id]').first().waitFor();
      await page.evaluate(async () => {
        const recommender = document.querySelector('sidestream-rows')?.activeRecommender;
        for (const category of ['Music/Instruments', 'Sport/Outdoor']) {
          const found = await recommender?.catalog.browse({ category, limit: 2 });
          for (const { id } of found?.items ?? []) await recommender?.track('click', id);
        }
        await recommender?.profile.consent('granted');
        await recommender?.status.settled();
      });
      await page.reload();
      await page.locator('[data-kind=because] [data-id]').first().waitFor();
    },
  },
  {
    name: 'variant-choice',
    sources: ['examples/plain/shop.css', ...ELEMENT],
    picture: { file: 'pictures/variant-choice.webp', width: 760, height: 640, scale: 1.5 },
    needsScripts: true,
    async open(page) {
      const list = `<sidestream-recs bundle="/bundle/" currency="EUR" limit="4" variant-choice add-to-cart heading="Shoes" style="--sidestream-card-size: 9rem" filter='{"category":"Clothing/Shoes"}'></sidestream-recs>`;
      await plain(page, list, ['sidestream']);
      await page.locator('sidestream-recs [data-id]').first().waitFor();
      // The products of the demo have no variants: these are made up.
      await page.evaluate(`{
        const list = document.querySelector('sidestream-recs');
        const real = list.activeRecommender;
        const [colors, sizes] = [['Black', 'Firebrick', 'Steelblue'], ['38', '39', '40', '41']];
        const options = [
          { name: 'color', kind: 'color', values: colors },
          { name: 'size', kind: 'size', values: sizes, usual: '40' },
        ];
        const listed = (item) => ({ ...item, attributes: { color: 'Black', size: '39' } });
        const variantsOf = (item) => colors.flatMap((color) => sizes.map((size, n) => ({
          ...item,
          id: color === 'Black' && size === '39' ? item.id : item.id + color + size,
          attributes: { color, size },
          availability: (item.title.length + n) % 4 === 1 && size !== '40' ? 'out-of-stock' : 'in-stock',
        })));
        list.recommender = {
          ...real,
          recommend: async (request) => {
            const response = await real.recommend(request);
            return { ...response, items: response.items.map((one) => ({ ...one, item: listed(one.item) })) };
          },
          catalog: {
            ...real.catalog,
            products: async (ids) =>
              (await real.catalog.products(ids)).map(({ item }) => ({ item: listed(item), options, variants: variantsOf(item) })),
          },
        };
      }`);
      const shown = page.locator('main sidestream-recs');
      await shown.locator('[part=option]').first().waitFor();
      return shown;
    },
  },
  {
    name: 'pick',
    sources: ['examples/plain', 'src/page/element/pick', ...ELEMENT],
    picture: { file: 'pictures/pick.webp', width: 800, height: 760 },
    needsScripts: true,
    async open(page) {
      await page.goto('/first-visit.html');
      await page.locator('sidestream-pick [data-id]').first().waitFor();
      await page.locator('#segments h3').first().waitFor();
    },
  },
  {
    name: 'set',
    sources: [
      'examples/plain/shop.css',
      'src/device/ranking/lists.ts',
      'src/device/ranking/lists-in-view.ts',
      'scripts/demo',
      ...ELEMENT,
    ],
    picture: { file: 'pictures/set.webp', width: 900, height: 410 },
    needsScripts: true,
    open: completeSet,
  },
  {
    name: 'static-lists',
    sources: ['packages/cli/lists', 'src/core/card', 'scripts/demo', 'examples/plain/shop.css'],
    picture: { file: 'pictures/static-lists.webp', width: 900, height: 640 },
    needsScripts: true,
    open: staticList,
  },
  {
    name: 'search',
    sources: ['examples/plain', 'src/page/adapters/ranked-results.ts', 'scripts/demo'],
    picture: { file: 'pictures/search.webp', width: 800, height: 700 },
    needsScripts: true,
    open: search,
  },
  {
    name: 'offline',
    sources: ['examples/offline', 'src/page/element/find', 'scripts/demo', ...ELEMENT],
    picture: { file: 'pictures/offline.webp', width: 900, height: 540 },
    needsScripts: true,
    open: offline,
  },
  {
    name: 'agents',
    sources: [
      'src/page/adapters/agent.ts',
      'src/page/adapters/agent-tools.ts',
      'scripts/demo',
      'examples/plain/shop.css',
    ],
    picture: { file: 'pictures/agents.webp', width: 900, height: 800 },
    needsScripts: true,
    open: agent,
  },
];
