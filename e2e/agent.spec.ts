import { type Browser, chromium, expect, type Page, test } from '@playwright/test';
import * as v from 'valibot';
import type { Recommender } from '../src';
import { eventsOf, serveHeadless } from './support/headless';
import { products } from './support/shop';

declare global {
  interface Window {
    /** Ids and quantities in the shop's cart. */
    cart: [string, number][];
    endAgent(): void;
  }
}

const SHOP = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title><link rel="icon" href="data:,">
<script type="module">
  import { createRecommender } from '/sidestream/sidestream.js';
  import { connectAgent } from '/sidestream/adapters.js';
  window.recommender = await createRecommender({ bundle: '/bundle/', consent: 'granted' });
  window.cart = [];
  window.endAgent = connectAgent(window.recommender, {
    addToCart: (item, quantity) => window.cart.push([item.id, quantity]),
    addressOf: ({ id }) => '#/product/' + id,
  });
</script>`;

const answerSchema = v.object({
  products: v.array(v.object({ id: v.string(), title: v.string(), url: v.string(), reason: v.optional(v.string()) })),
});

let browser: Browser;
test.beforeAll(async () => {
  const { launchOptions } = test.info().project.use;
  browser = await chromium.launch({
    ...launchOptions,
    args: [...(launchOptions?.args ?? []), '--enable-features=WebMCP'],
  });
});
test.afterAll(() => browser.close());

/** Opens the shop. @returns what the page requested, so far and later */
async function open(page: Page): Promise<string[]> {
  const requests: string[] = [];
  await serveHeadless(page.context());
  await page.context().route('**/agent.html', (route) => route.fulfill({ body: SHOP, contentType: 'text/html' }));
  page.on('request', (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await page.goto('/agent.html');
  await page.waitForFunction(() => 'endAgent' in window);
  return requests;
}

/** Calls a tool as the browser's agent does. @returns its products */
const ask = async (page: Page, tool: string, input: Record<string, string | number>) =>
  v.parse(answerSchema, await page.webmcp.callTool(tool, input)).products;

const settled = (page: Page): Promise<void> => page.evaluate(() => window.recommender.status.settled());

test('an agent finds, compares, asks why and fills the cart, and only answers leave the page', async () => {
  const page = await browser.newPage({ baseURL: test.info().project.use.baseURL });
  const requests = await open(page);
  const names = async () => (await page.webmcp.tools()).map(({ name }) => name).sort();
  const all = ['add_to_cart', 'explain_product', 'find_products', 'recommend_products', 'similar_products'];
  await expect.poll(names).toEqual(all);

  const [mug] = products().filter(({ title }) => /mug|cup|tea/i.test(title));
  const found = await ask(page, 'find_products', { text: mug.title, limit: 3 });
  expect(found[0]).toMatchObject({
    id: mug.id,
    title: mug.title,
    url: new URL(`/agent.html#/product/${mug.id}`, page.url()).href,
  });
  const similar = await ask(page, 'similar_products', { id: mug.id, limit: 4 });
  expect(similar).toHaveLength(4);
  expect(similar.map(({ id }) => id)).not.toContain(mug.id);

  await page.evaluate((id) => window.recommender.track('click', id), mug.id);
  await settled(page);
  const reasons = async () => (await ask(page, 'recommend_products', { limit: 6 })).map(({ reason }) => reason).join();
  expect(await reasons()).toContain(mug.title);
  const [{ id }] = await ask(page, 'recommend_products', { limit: 1 });
  expect(await page.webmcp.callTool('explain_product', { id })).toMatchObject({ because: [mug.title] });

  expect(await page.webmcp.callTool('add_to_cart', { id, quantity: 2 })).toMatchObject({ added: { id, quantity: 2 } });
  expect(await page.evaluate(() => window.cart)).toEqual([[id, 2]]);
  const carts = async () => (await eventsOf(page)).filter(({ type }) => type === 'cart');
  await expect.poll(carts).toMatchObject([{ itemId: id, quantity: 2 }]);
  expect(await page.webmcp.callTool('add_to_cart', { id: 'nothing' })).toMatchObject({
    error: { code: 'runtime/unknown-item' },
  });

  // Reasons omit the shopper's choices once they take their consent back.
  await page.evaluate(() => window.recommender.profile.consent('denied'));
  expect(await reasons()).not.toContain('Because');
  expect(await page.webmcp.callTool('explain_product', { id })).toMatchObject({ reason: '' });

  await page.evaluate(() => window.endAgent());
  await expect.poll(names).toEqual([]);
  expect(requests.filter((request) => request.includes('/agent-tools'))).toHaveLength(1);
  expect(requests.filter((request) => !/^GET \/(agent\.html|sidestream\/|bundle\/)/.test(request))).toEqual([]);
  await page.close();
});

test('a browser without WebMCP does not load the tools', async ({ page }) => {
  const requests = await open(page);
  await page.evaluate(async () => {
    const { recommend }: Pick<Recommender, 'recommend'> = window.recommender;
    await recommend.call(window.recommender);
  });
  expect(requests.filter((request) => request.includes('agent-tools'))).toEqual([]);
});
