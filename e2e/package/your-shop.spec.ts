import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { type Host, serve } from '../support/host';
import { createProject, run, writeCatalog } from './project';

const ROOT = new URL('../../', import.meta.url);

test.describe.configure({ timeout: 180_000 });

let project: string;
let host: Host;
/** The tutorial's code, by language, in order. */
let code: (language: string) => string[];

/** @param path of a document, from the root */
async function codeOf(path: string): Promise<typeof code> {
  const text = await readFile(fileURLToPath(new URL(path, ROOT)), 'utf8');
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  return (language) => blocks.filter(([, name]) => name === language).map(([, , body]) => body);
}

const page = (body: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>${body}</html>`;

test.beforeAll(async () => {
  code = await codeOf('docs/tutorials/your-shop.md');
  project = await createProject();
  const shop = join(project, 'shop');
  // An export as shop systems write it: semicolons, and pictures by their path on the host.
  await writeCatalog(project, join('shop', 'photos'));
  const lines = (await readFile(join(project, 'catalog.jsonl'), 'utf8')).split('\n').map((line) => JSON.parse(line));
  const rows = lines.map(({ id, title, category, price, image }) =>
    [id, title, category, price, image ? `/photos/${image}` : ''].join(';'),
  );
  await writeFile(join(project, 'products.csv'), ['sku;name;category;price;image', ...rows].join('\n'));
  const commands = code('sh').join('\n').split('\n');
  const buildCommand = commands.find((line) => line.startsWith('npx sidestream build')) ?? '';
  const { stdout } = await run('npx', ['--no-install', ...buildCommand.split(' ').slice(1)], { cwd: project });
  expect(stdout).not.toContain('refused');
  const copy = commands.find((line) => line.startsWith('cp ')) ?? '';
  await run('sh', ['-c', copy], { cwd: project });

  await writeFile(join(shop, 'recommendations.js'), code('js')[0]);
  const [home, product] = code('html');
  const links = lines.map(({ id }) => `<a href="/product/${id}.html">${id}</a>`).join(' ');
  await writeFile(join(shop, 'index.html'), page(home + links));
  await mkdir(join(shop, 'product'));
  const [script, , question, choices] = home.split('\n\n');
  // One product is newer than the bundle.
  for (const { id } of [...lines, { id: 'new' }]) {
    const body = product.replaceAll('MH01', id) + script + question + choices;
    await writeFile(join(shop, 'product', `${id}.html`), page(body));
  }
  host = await serve({ '/': `${shop}/` });
});
test.afterAll(async () => {
  host?.close();
  await rm(project, { recursive: true, force: true });
});

test('the pages of the tutorial follow a shopper from page to page, count a cart, and ask once', async ({
  page: tab,
}) => {
  const lines: string[] = [];
  tab.on('console', (message) => lines.push(message.text()));
  await tab.goto(host.origin);
  const list = tab.locator('sidestream-recs');
  await expect(list).toHaveAttribute('state', 'filled');
  await expect
    .poll(() =>
      list
        .locator('img')
        .evaluateAll((all) => all.map((img) => new URL((img as HTMLImageElement).src).pathname).sort()),
    )
    .toContain('/photos/p0.png');
  await tab.getByRole('button', { name: 'Yes' }).click();
  await expect(tab.locator('#remember')).toBeHidden();
  for (const id of ['p1', 'p3']) {
    await tab.goto(`${host.origin}/product/${id}.html`);
    await expect(list).toHaveAttribute('state', 'filled');
    await expect.poll(() => tab.evaluate(eventsOfPage)).toBe(id === 'p1' ? 1 : 2);
    await expect(tab.locator('#remember')).toBeHidden();
  }
  await tab.getByRole('button', { name: 'Add to cart' }).click();
  await expect.poll(() => tab.evaluate(cartOfPage)).toBeGreaterThan(0);
  await tab.goto(host.origin);
  await expect(list.locator('li').first()).toContainText('Red');
});

test('a product newer than the bundle has no list of similar products, and no error', async ({ page: tab }) => {
  await tab.goto(`${host.origin}/product/new.html`);
  await expect(tab.locator('sidestream-recs')).toHaveAttribute('state', 'hidden');
  await expect(tab.locator('sidestream-recs')).toBeHidden();
});

test('after a no, the question is not asked again and nothing is learned', async ({ page: tab }) => {
  await tab.goto(host.origin);
  await tab.getByRole('button', { name: 'No' }).click();
  await expect(tab.locator('#remember')).toBeHidden();
  await tab.goto(`${host.origin}/product/p1.html`);
  await expect(tab.locator('sidestream-recs')).toHaveAttribute('state', 'filled');
  await expect(tab.locator('#remember')).toBeHidden();
  expect(await tab.evaluate(consentOfPage)).toBe('denied');

  // Taken back, and answered otherwise.
  await tab.getByRole('button', { name: 'Privacy choices' }).click();
  await expect(tab.locator('#remember')).toBeVisible();
  await tab.getByRole('button', { name: 'Yes' }).click();
  await expect(tab.locator('#remember')).toBeHidden();
  await tab.goto(host.origin);
  await expect(tab.locator('sidestream-recs')).toHaveAttribute('state', 'filled');
  expect(await tab.evaluate(consentOfPage)).toBe('granted');
});

for (const [path, tag] of [
  ['README.md', []],
  ['docs/tutorials/first-page.md', ['@nightly']],
] as const) {
  test(`the lines of ${path} lead to a page whose list follows a click`, { tag: [...tag] }, async ({ page: tab }) => {
    const read = await codeOf(path);
    await rm(join(project, 'site'), { recursive: true, force: true });
    await mkdir(join(project, 'site'));
    await writeFile(join(project, 'site', 'index.html'), read('html')[0]);
    // Everything but packages, which are laid already, and the server, which here is the test's.
    const lines = read('sh')
      .join('\n')
      .replaceAll('\\\n', '')
      .split('\n')
      .filter((line) => /^(cp |npx sidestream build )/.test(line));
    await run('sh', ['-ec', lines.join('\n').replaceAll('npx ', 'npx --no-install ')], { cwd: project });
    const site = await serve({ '/': join(project, 'site/') });
    const missing: string[] = [];
    tab.on(
      'response',
      (answer) => answer.status() >= 400 && !answer.url().endsWith('/favicon.ico') && missing.push(answer.url()),
    );
    await tab.goto(site.origin);
    const cards = tab.locator('sidestream-recs [data-id]');
    await expect(cards.first()).toContainText('€');
    await cards.nth(1).getByRole('link').click();
    await expect(cards.first()).toContainText('Because');
    expect(missing).toEqual([]);
    await site.close();
  });
}

/** Choices that the page's recommender knows. */
async function eventsOfPage(): Promise<number | undefined> {
  const list = document.querySelector('sidestream-recs');
  return (await list?.recommender?.status.get())?.events;
}

async function consentOfPage(): Promise<string | undefined> {
  const list = document.querySelector('sidestream-recs');
  return (await list?.recommender?.status.get())?.consent;
}

/** Products that go with the cart; none while nothing is in it. */
async function cartOfPage(): Promise<number | undefined> {
  const list = document.querySelector('sidestream-recs');
  return (await list?.recommender?.recommend({ cart: true, limit: 3 }))?.items.length;
}
