import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { CDN_FOLDER, COMPANIONS_FOLDER } from './support/global-setup';
import type {} from './support/headless';
import { type Host, serve } from './support/host';

/** Reports of what a policy refused, of the page and of its workers, are sent here. */
const REPORTS = '/reports';
const folder = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const SHOP = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title><link rel="icon" href="data:,">
<sidestream-recs id="built-in" bundle="/bundle/" limit="6" dismissible add-to-cart href-template="#{id}"></sidestream-recs>
<sidestream-recs id="own" bundle="/bundle/" placement="trending" limit="6" href-template="#{id}">
  <template><a href="{href}" title="{title}"><img src="{image}" alt=""><b>{title}</b></a></template>
</sidestream-recs>
<sidestream-pick></sidestream-pick>
<sidestream-inspector></sidestream-inspector>
<script type="module" src="/shop.js"></script>`;
const SCRIPT = `import * as sidestream from '/sidestream/sidestream.js';
import '/sidestream/pick.js';
import '/sidestream/inspector.js';
window.sidestream = sidestream;
window.recommender = await sidestream.createRecommender({ bundle: '/bundle/' });
document.querySelector('sidestream-inspector').recommender = window.recommender;`;

test.describe.configure({ timeout: 180_000 });

const hosts: Host[] = [];
test.afterEach(() => {
  for (const { close } of hosts.splice(0)) close();
});

/** Serves the shop with these headers on every response, as a server does, and opens it. @returns what a policy refused so far */
async function openShop(page: Page, headers: Record<string, string>): Promise<() => string[]> {
  const at = (name: string): string => test.info().outputPath('shop', name);
  await mkdir(at('.'), { recursive: true });
  // With what a log says, which is loaded after the first list.
  const learned = (await readdir(COMPANIONS_FOLDER)).map((name) => [`/bundle/${name}`, join(COMPANIONS_FOLDER, name)]);
  await writeFile(at('index.html'), SHOP);
  await writeFile(at('shop.js'), SCRIPT);
  // onnxruntime starts threads on a device with more than two cores.
  const encoders = await readFile(join(folder(CDN_FOLDER), 'encoder-worker.js'), 'utf8');
  await writeFile(
    at('encoders.js'),
    `Object.defineProperty(navigator, 'hardwareConcurrency', { value: 4 });${encoders}`,
  );
  const host = await serve(
    {
      '/': at('.'),
      '/bundle/': folder('dist/bundle'),
      ...Object.fromEntries(learned),
      '/images/': folder('dist/images'),
      '/sidestream/': folder(CDN_FOLDER),
      '/sidestream/encoder-worker.js': at('encoders.js'),
    },
    headers,
  );
  hosts.push(host);
  await page.goto(`${host.origin}/`);
  return () => host.asked.filter((path) => path === REPORTS);
}

/** Uses every element: a click on a card is learned, the inspector describes the profile, three products are picked. */
async function useElements(page: Page): Promise<void> {
  for (const list of ['#built-in', '#own']) await expect(page.locator(`${list} [data-id]`)).toHaveCount(6);
  const pick = page.locator('sidestream-pick');
  for (const n of [0, 1, 2]) await pick.locator('[part~="choice"]').nth(n).click();
  await expect(pick).toHaveAttribute('state', 'picked');
  // Until the list has followed the picks it may show one of them, which would be no further choice. By keyboard: the picks also change
  // the list above, which may move this one between the press and the release of a pointer.
  const picked = await page.evaluate(async () => {
    const { items } = await window.recommender.recommend({ placement: 'recent', limit: 3 });
    return items.map(({ item }) => `[data-id="${item.id}"]`);
  });
  await page.locator(`#own [data-id]:not(${picked.join()}) a`).first().press('Enter');
  // Which reason a card gives depends on the way the picks are learned; that all four were learned does not.
  await expect
    .poll(() => page.evaluate(async () => (await window.recommender.status.get()).experts[0]?.choices), {
      timeout: 60_000,
    })
    .toBe(4);
  const inspector = page.locator('sidestream-inspector');
  for (const view of ['timeline', 'why', 'data', 'learned']) {
    await inspector.locator(`[data-tab="${view}"]`).click();
    await expect(inspector.locator(`[data-view="${view}"] :is(svg, li, .note)`).first()).toBeVisible();
  }
}

/** Adds a product with a picture, for which the encoders' worker starts. */
const addProduct = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const canvas = new OffscreenCanvas(64, 64);
    canvas.getContext('2d')?.fillRect(0, 0, 32, 32);
    await window.recommender.catalog.insert({ title: 'Green kite', image: await canvas.convertToBlob() });
  });

/** The backend of the encoders, where they were used. */
const encodersOf = (page: Page) =>
  page.evaluate(async () => {
    await window.recommender.status.settled();
    return (await window.recommender.status.get()).backend.encoders;
  });

const policy = (script: string): string =>
  `default-src 'none'; script-src ${script}; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; report-uri ${REPORTS}`;

test('everything works under Trusted Types, with threads that share memory', async ({ page }) => {
  const types = "require-trusted-types-for 'script'; trusted-types sidestream lit-html";
  const refused = await openShop(page, {
    'content-security-policy': `${policy("'self' 'wasm-unsafe-eval'")}; ${types}`,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  });
  await useElements(page);
  await addProduct(page);
  expect(await encodersOf(page)).toBe('wasm');
  expect(refused()).toEqual([]);
  // The policy is in force, and so are its reports.
  const thrown = await page.evaluate(() => {
    try {
      document.body.innerHTML = '<b>text</b>';
      return '';
    } catch (error) {
      return String(error);
    }
  });
  expect(thrown).toContain('TrustedHTML');
  await expect.poll(() => refused().length).toBe(1);
});

test('everything except adding a product works if WebAssembly is refused', async ({ page }) => {
  await openShop(page, { 'content-security-policy': policy("'self'") });
  await useElements(page);
  expect(await encodersOf(page)).toBeNull();
  await expect(addProduct(page)).rejects.toThrow(/"use-lite" failed.*WebAssembly/);
});

test('a worker that a bundler left out is named by its address, and the page or the element says where it is', async ({
  page,
}) => {
  const at = (name: string): string => test.info().outputPath(name);
  const left = `${at('left')}/index.html`;
  await mkdir(at('left'), { recursive: true });
  await writeFile(left, '<!doctype html><title>A shop</title><script type="module" src="/app/sidestream.js"></script>');
  const host = await serve({
    '/': at('left'),
    '/app/': folder(CDN_FOLDER),
    '/bundle/': folder('dist/bundle'),
    '/app/worker.js': at('none'),
    '/sidestream/': folder(CDN_FOLDER),
  });
  hosts.push(host);
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.goto(host.origin);
  const list = page.locator('sidestream-recs');
  const add = (workerUrl?: string) =>
    page.evaluate((url) => {
      const added = document.createElement('sidestream-recs');
      Object.assign(added, { bundle: '/bundle/', limit: 4 });
      if (url) added.setAttribute('worker-url', url);
      document.body.replaceChildren(added);
    }, workerUrl);
  await add();
  await expect(list).toHaveAttribute('state', 'hidden');
  expect(said.join()).toContain(`runtime/worker-crashed: The worker ${host.origin}/app/worker.js did not start`);
  expect(said.join()).toContain('docs/how-to/frameworks.md');
  await add('/sidestream');
  await expect(list).toHaveAttribute('state', 'hidden');
  expect(said.join()).toContain('workerUrl "/sidestream" is not the address');
  await add('/sidestream/worker.js');
  await expect(list).toHaveAttribute('state', 'filled');
});
