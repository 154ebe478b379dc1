import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { violationsInSchemes } from './support/accessibility';
import { type Host, serve } from './support/host';

const folder = fileURLToPath(new URL('../site/', import.meta.url));
/** Pages with what is wide: tables, code, drawings. */
const WIDE = [
  ...['reference/elements', 'reference/cli', 'explanation/two-recipes', 'explanation/learning', 'results/measured'],
  ...['how-to/lists', 'how-to/experiments', 'how-to/pilot', 'coming-from/algolia', 'ja/element', 'ja/', 'manual'],
];

test.skip(!existsSync(folder), 'the site is not built: npm run site');

let host: Host;
test.beforeAll(async () => {
  host = await serve({ '/': folder });
});
test.afterAll(() => host?.close());

/** Opens a page of the site, whose scripts have started when this returns. */
async function open(page: Page, path: string): Promise<void> {
  const file = path === '' || path.endsWith('/') ? path : `${path}.html`;
  await page.goto(`${host.origin}/${file}`);
  await page.waitForFunction(() => '__vue_app__' in (document.querySelector('#app') ?? {}));
}

/** Pixels by which the page is wider than the screen. */
const tooWide = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Pictures that have not loaded. */
const brokenPictures = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const pictures = [...document.querySelectorAll('img')];
    await Promise.allSettled(pictures.map((picture) => picture.decode()));
    return pictures.filter(({ naturalWidth }) => naturalWidth === 0).map(({ src }) => src);
  });

test('a newcomer gets from the home to a tutorial, by the menu to a reference page, and by search to an answer', async ({
  page,
}) => {
  await open(page, '');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('without a server');
  expect(await brokenPictures(page)).toEqual([]);
  // The list of the home, and the demo, are parts of the site.
  await expect(page.locator('sidestream-recs a').first()).toBeVisible();
  await page.getByRole('link', { name: 'Open the demo shop' }).click();
  await expect(page.locator('sidestream-recs a').first()).toBeVisible();
  await page.goBack();
  await page.getByRole('link', { name: 'A page in five minutes' }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('A page in five minutes');
  await page.getByRole('navigation', { name: 'Main Navigation' }).getByRole('link', { name: 'Reference' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('The elements');

  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('searchbox').fill('pseudonymous consent session');
  const found = page.getByRole('listbox').getByRole('option');
  await expect(found.first()).toBeVisible();
  await page.getByRole('searchbox').fill('encrypt a profile');
  await found
    .filter({ hasText: /encrypt or delete/i })
    .first()
    .click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('profile');
});

test('pages have no accessibility violation in light and dark', { tag: '@nightly' }, async ({ page }) => {
  for (const path of ['', 'tutorials/first-page', 'how-to/cards', 'explanation/learning', 'ja/']) {
    await open(page, path);
    expect(await violationsInSchemes(page, { all: true }), path).toEqual([]);
    await expect(page.locator('html')).toHaveClass(/dark/);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect(page.locator('html')).toHaveClass(/^(?!.*dark)/);
  }
});

test('on a phone no page is wider than the screen, every picture loads, and the menu opens', {
  tag: '@nightly',
}, async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  for (const path of WIDE) {
    await open(page, path);
    expect(await tooWide(page), path).toBeLessThanOrEqual(0);
    expect(await brokenPictures(page), path).toEqual([]);
  }
  await open(page, 'how-to/consent');
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('link', { name: 'A shop with a GA4 data layer' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('GA4');
});

test('a section of the menu opens by keyboard, and says whether it is open', async ({ page }) => {
  await open(page, 'how-to/lists');
  const section = page.getByRole('button', { name: 'Catalogue' });
  await expect(section).toHaveAttribute('aria-expanded', 'false');
  await section.focus();
  await page.keyboard.press('Space');
  await expect(section).toHaveAttribute('aria-expanded', 'true');
  await expect(page.getByRole('link', { name: 'Feeds' }).first()).toBeVisible();
});

test('the playground of the site shows a list', async ({ page }) => {
  await page.goto(`${host.origin}/demo/#/playground`);
  await expect(page.locator('sidestream-recs').first()).toBeVisible();
  await expect(page.locator('sidestream-recs a').first()).toBeVisible();
});

test('Markdown links between pages lead to pages', () => {
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'));
  expect(pages.length).toBeGreaterThan(50);
  const broken = pages.flatMap((path) => {
    const prose = readFileSync(join(folder, path), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
    const links = [...prose.matchAll(/\]\(([^)#:\s]+\.md)(?:#[^)]*)?\)/g)].map(([, link]) => link);
    return links
      .filter((link) => !existsSync(link.startsWith('/') ? join(folder, link) : join(folder, dirname(path), link)))
      .map((link) => `${path}: ${link}`);
  });
  expect(broken).toEqual([]);
});

test('llms.txt lists the pages of the menu as Markdown, tutorials first', () => {
  const text = readFileSync(`${folder}llms.txt`, 'utf8');
  const links = [...text.matchAll(/\]\((\/[^)]+\.md)\)/g)].map(([, path]) => path);
  expect(links[0]).toBe('/tutorials/first-page.md');
  expect(links.filter((path) => !existsSync(folder + path))).toEqual([]);
  for (const kind of ['tutorials', 'how-to', 'coming-from']) {
    const pages = readdirSync(folder + kind).filter((name) => name.endsWith('.html'));
    expect(pages.filter((name) => !links.includes(`/${kind}/${name.replace('.html', '.md')}`))).toEqual([]);
  }
});
