import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { createServer as createVite } from 'vite';
import type { MetricsRow } from '../../src/device/experiment';
import type { Recommender } from '../../src/device/protocol';
import { createProject, followReadme, run, writeCatalog } from '../package/project';
import { serve } from '../support/host';

/** Folder of this repository's commands, for `npm run`. */
const commands = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));

test.describe.configure({ timeout: 180_000 });

/** The project of the plain example, whose bundle the others use too. */
let plain: string;
const projects: string[] = [];
const closing: (() => unknown)[] = [];

async function projectOf(example: string): Promise<string> {
  const project = await createProject(example);
  projects.push(project);
  return project;
}

/** An example with Vite, with the bundle and its photos in `public`. */
async function viteProject(example: string): Promise<string> {
  const project = await projectOf(example);
  await mkdir(join(project, 'public'));
  for (const name of ['bundle', 'photos'])
    await cp(join(plain, name), join(project, 'public', name), { recursive: true });
  return project;
}

test.beforeAll(async () => {
  plain = await projectOf('plain');
  await writeCatalog(plain, 'photos');
  expect(await followReadme(plain)).toContain('Built 10 items');
});
test.afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
test.afterAll(async () => {
  for (const project of projects) await rm(project, { recursive: true, force: true });
});

const trouble: string[] = [];
test.beforeEach(({ page }) => {
  trouble.length = 0;
  page.on('pageerror', ({ message }) => trouble.push(message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !/Lit is in dev mode/.test(message.text()))
      trouble.push(message.text());
  });
});
test.afterEach(() => expect(trouble).toEqual([]));

/** The recommender of the element, which the whole page uses. */
const recommenderOf = (page: Page) =>
  page.locator('sidestream-recs').evaluateHandle((list): Recommender => {
    const { recommender, activeRecommender } = list as HTMLElementTagNameMap['sidestream-recs'];
    const found = recommender ?? activeRecommender;
    if (!found) throw new Error('The list has no recommender');
    return found;
  });

const metricsOf = async (page: Page): Promise<Record<string, MetricsRow>> => {
  const { rows } = await (await recommenderOf(page)).evaluate((recommender) => recommender.experiment.metrics());
  return Object.fromEntries(rows.map((row) => [row.placement ?? 'none', row]));
};

/** Waits for the element's list. */
const openShop = async (page: Page, address: string): Promise<void> => {
  await page.goto(address);
  await expect(page.locator('sidestream-recs [data-id]').first()).toBeVisible();
};

const cardsOf = (page: Page, placement: string) => page.locator(`section[data-placement="${placement}"] [data-id]`);

/** Tests an example with a hook or composable, in any framework. */
async function walk(page: Page): Promise<void> {
  const forYou = cardsOf(page, 'for-you');
  await expect(forYou).toHaveCount(6);
  // Each card once, however often the component was mounted.
  await expect.poll(async () => (await metricsOf(page))['for-you']?.impressions).toBe(6);
  const before = await forYou.evaluateAll((cards) => cards.map((card) => card.getAttribute('data-id')));

  await forYou.nth(2).getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Blue bowl');
  // The build got no links between products, and the list says so.
  await expect(cardsOf(page, 'complement').first()).toHaveAttribute('data-source', 'style');
  await expect(cardsOf(page, 'complement').first()).toContainText('In the style of “Blue bowl”');
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect.poll(async () => (await metricsOf(page))['for-you']).toMatchObject({ clicks: 1, carts: 1 });

  await page.getByRole('link', { name: /^A shop in/ }).click();
  await expect(forYou.filter({ hasText: 'Because you chose “Blue bowl”' }).first()).toHaveAttribute(
    'data-source',
    'personal',
  );
  expect(await forYou.evaluateAll((cards) => cards.map((card) => card.getAttribute('data-id')))).not.toEqual(before);

  // Faster than any list loads.
  const recommender = await recommenderOf(page);
  await page.evaluate(() => {
    for (const id of ['p1', 'p3', 'p5', 'p7', 'p9']) {
      location.hash = `#/p/${id}`;
      dispatchEvent(new HashChangeEvent('hashchange'));
    }
  });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Red kite');
  await expect(cardsOf(page, 'similar').first()).toContainText('Similar to “Red kite”');
  // Components that left send no more requests: an event refreshes only the lists in the page.
  const requests = await recommender.evaluate(async (shop) => {
    const found: string[] = [];
    const { recommend } = shop;
    shop.recommend = (request, options) => {
      found.push(`${request?.placement} ${request?.itemId ?? ''}`);
      return recommend.call(shop, request, options);
    };
    await shop.track('click', 'p4');
    await shop.status.settled();
    shop.recommend = recommend;
    return [...new Set(found)].sort();
  });
  expect(requests.filter((request) => !request.startsWith('trending'))).toEqual(['complement p9', 'similar p9']);
}

test('plain: the element and a list of the page’s own share a recommender', async ({ page }) => {
  const host = await serve({ '/': plain });
  closing.push(host.close);
  await openShop(page, `${host.origin}/`);
  await page.locator('sidestream-recs [data-id]').first().getByRole('link').click();
  const list = page.locator('#product li');
  await expect(list.first()).toHaveAttribute('data-source', 'style');
  await expect(list).toHaveCount(4);
  await list.nth(1).getByRole('link').click();
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect.poll(async () => (await metricsOf(page)).complement).toMatchObject({ clicks: 1, carts: 1 });
  await expect.poll(async () => (await metricsOf(page))['for-you']).toMatchObject({ clicks: 1 });
  await expect(page.locator('sidestream-recs')).toContainText('Because');
});

test('plain: a page without a script follows the file of rules', async ({ page }) => {
  const host = await serve({ '/': plain });
  closing.push(host.close);
  await page.goto(`${host.origin}/rules.html`);
  const lists = page.locator('sidestream-recs[state=filled]');
  await expect(lists).toHaveCount(2);
  // Two of each category, and of those the ones below 15.
  const ids = await lists
    .first()
    .locator('[data-id]')
    .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-id')));
  expect(ids).toHaveLength(4);
  for (const id of ids) expect(['p0', 'p1', 'p2', 'p3', 'p4']).toContain(id);
  expect(await lists.last().locator('[data-id]').count()).toBeGreaterThan(4);
});

test('React: the app renders on a server, hydrates and works under StrictMode', async ({ page }) => {
  const project = await viteProject('react');
  await run(process.execPath, [join(project, 'node_modules/typescript/bin/tsc'), '--noEmit'], { cwd: project });
  // In development, where StrictMode mounts everything twice and React reports mismatches.
  const vite = await createVite({
    root: project,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true },
  });
  closing.push(() => vite.close());
  const { render } = await vite.ssrLoadModule('/src/server.tsx');
  const popular = [{ id: 'p1', title: 'Red scarf' }];
  const written: string = render(popular);
  expect(written).toMatch(
    /<sidestream-recs [^>]*href-template="#\/p\/{id}"[^>]*><a href="#\/p\/p1">Red scarf<\/a><\/sidestream-recs>/,
  );
  const server = createServer((request, response) => {
    vite.middlewares(request, response, async () => {
      const page = await vite.transformIndexHtml('/', await readFile(join(project, 'index.html'), 'utf8'));
      const root = `<div id="root" data-popular='${JSON.stringify(popular)}'>${written}</div>`;
      response.setHeader('content-type', 'text/html').end(page.replace('<div id="root"></div>', root));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  await openShop(page, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await expect(page.locator('sidestream-recs > a')).toHaveText('Red scarf');
  await walk(page);
});

test('Vue: the composable works in a build', { tag: '@nightly' }, async ({ page }) => {
  const project = await viteProject('vue');
  const PATH = `${commands}${delimiter}${process.env.PATH}`;
  await run('npm', ['run', 'build'], { cwd: project, env: { ...process.env, PATH } });
  const host = await serve({ '/': join(project, 'dist') });
  closing.push(host.close);
  await openShop(page, `${host.origin}/`);
  await walk(page);
});
