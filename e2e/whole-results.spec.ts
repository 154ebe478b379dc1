import { fileURLToPath } from 'node:url';
import { type BrowserContext, expect, type Page, type Route, test } from '@playwright/test';
import { violations } from './support/accessibility';
import { serveHeadless, startHeadless } from './support/headless';
import { products } from './support/shop';

const FAVORITE = 'Toys/Plush Pets';
const OTHERS = [
  ...products()
    .filter(({ category }) => category !== FAVORITE)
    .slice(0, 50),
];
const LIKED = products()
  .filter(({ category }) => category === FAVORITE)
  .slice(0, 10);
/** The results of the service, in its order: the favourite category is on the second page. */
const IDS = [...OTHERS.slice(0, 14), ...LIKED, ...OTHERS.slice(14)].map(({ id }) => id);

/**
 * Answers as the services do, in the form that their references give: none of them can be reached from a test. What the example asks
 * is kept.
 */
const SERVICES = {
  algolia: (route: Route) => {
    const { offset, length, ...asked } = route.request().postDataJSON();
    const hits = IDS.slice(offset, offset + length).map((objectID) => ({ objectID }));
    return { asked, answer: { hits, nbHits: IDS.length, offset, length, query: asked.query, processingTimeMS: 1 } };
  },
  meilisearch: (route: Route) => {
    const { offset, limit, ...asked } = route.request().postDataJSON();
    const hits = IDS.slice(offset, offset + limit).map((id) => ({ id }));
    return {
      asked,
      answer: { hits, query: asked.q, offset, limit, estimatedTotalHits: IDS.length, processingTimeMs: 1 },
    };
  },
  typesense: (route: Route) => {
    const { offset, limit, ...asked } = Object.fromEntries(new URL(route.request().url()).searchParams);
    const hits = IDS.slice(Number(offset), Number(offset) + Number(limit)).map((id) => ({
      document: { id },
      highlights: [],
    }));
    return { asked, answer: { hits, found: IDS.length, out_of: 776, page: 1, search_time_ms: 1 } };
  },
};
type Service = keyof typeof SERVICES;

const example = (name: string): string => fileURLToPath(new URL(`../examples/plain/${name}`, import.meta.url));

async function serve(context: BrowserContext, service: Service): Promise<unknown[]> {
  await serveHeadless(context);
  for (const name of ['search.html', 'search.js', 'search-services.js', 'shop.css'])
    await context.route(new RegExp(`/${name}(\\?|$)`), (route) => route.fulfill({ path: example(name) }));
  const asked: unknown[] = [];
  await context.route('**/search-service/**', (route) => {
    const recorded = SERVICES[service](route);
    asked.push(recorded.asked);
    return route.fulfill({ json: recorded.answer });
  });
  return asked;
}

async function learn(page: Page): Promise<void> {
  await startHeadless(page, 'granted');
  const others = products()
    .filter(({ category }) => category === FAVORITE)
    .slice(-8);
  await page.evaluate(
    async (ids) => {
      for (const id of ids) await window.recommender.track('click', id);
      await window.recommender.status.settled();
      await window.recommender.close();
    },
    others.map(({ id }) => id),
  );
}

async function search(page: Page, service: Service): Promise<void> {
  await page.goto(`/search.html?service=${service}`);
  await page.getByRole('searchbox', { name: 'Search the shop' }).fill('gift');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('listitem')).toHaveCount(12);
}

const shownIds = (page: Page): Promise<string[]> =>
  page
    .getByRole('listitem')
    .getByRole('link')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href')?.split('#')[1] ?? ''));

for (const service of ['algolia', 'meilisearch', 'typesense'] as const) {
  const tag = service === 'algolia' ? [] : '@nightly';
  test(`${service}: all results are ordered before they are divided into pages, and nothing about the shopper is sent`, {
    tag,
  }, async ({ page, context }) => {
    const asked = await serve(context, service);
    await search(page, service);
    expect(await shownIds(page)).toEqual(IDS.slice(0, 12));

    await learn(page);
    asked.length = 0;
    await search(page, service);
    // Favourites come from the second page to the first.
    const first = await shownIds(page);
    const liked = new Set(LIKED.map(({ id }) => id));
    expect(first.filter((id) => liked.has(id)).length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(asked)).not.toMatch(/Toys/);
    for (let number = 1; number < 5; number++) {
      await page.getByRole('button', { name: 'More results' }).click();
      await expect(page.getByRole('listitem')).toHaveCount(12 * (number + 1));
    }
    await expect(page.getByRole('button', { name: 'More results' })).toBeHidden();
    const all = await shownIds(page);
    expect(all.slice(0, 12)).toEqual(first);
    expect([...all].sort()).toEqual([...IDS].sort());
    expect(asked).toHaveLength(1);
    if (service === 'algolia') expect(await violations(page)).toEqual([]);
  });
}

test('results appear without a bundle and without their products, and no page twice', async ({ page, context }) => {
  await serve(context, 'algolia');
  await context.route('**/bundle/manifest.json', (route) => route.abort());
  await search(page, 'algolia');
  expect(await shownIds(page)).toEqual(IDS.slice(0, 12));
  await expect(page.getByRole('listitem').first()).toHaveText(IDS[0] ?? '');
  // Pressed twice before the page is there.
  await page.getByRole('button', { name: 'More results' }).evaluate((button: HTMLButtonElement) => {
    button.click();
    button.click();
  });
  await expect(page.getByRole('listitem')).toHaveCount(24);
  await page.getByRole('button', { name: 'More results' }).click();
  await expect(page.getByRole('listitem')).toHaveCount(36);
  expect(await shownIds(page)).toEqual(IDS.slice(0, 36));
});
