import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { parseManifest } from '../../src/core/catalog';
import { decodeFileList } from '../../src/core/catalog/shards/directory';
import { decodeShard } from '../../src/core/catalog/shards/shard-file';

/** A product of the built demo, from the bundle it serves. */
interface Product {
  id: string;
  title: string;
  category: string;
}

/** The demo's products in the order of the feed, read from the bundle on disk. */
export function products(): Product[] {
  const folder = new URL('../../dist/bundle/', import.meta.url);
  const stored = (name: string): Buffer => readFileSync(new URL(name, folder));
  const contentOf = (name: string): ArrayBuffer => new Uint8Array(gunzipSync(stored(name))).buffer;
  const manifest = parseManifest(new Uint8Array(stored('manifest.json')).buffer);
  const { files, count } = manifest.shards;
  const placed = files
    .flatMap(({ file }) => decodeFileList(contentOf(file), file, 'shard', count))
    .map(({ file }) => decodeShard(contentOf(file), file, manifest))
    .flatMap(({ items, positions }) => items.map((item, n) => ({ item, position: positions[n] })));
  return placed.sort((a, b) => a.position - b.position).map(({ item }) => item);
}

/** `page` fails its test when it sends anything but a same-origin GET, throws, or violates its own CSP. */
export const test = base.extend<{ quiet: undefined }>({
  quiet: [
    async ({ page, baseURL }, use) => {
      const origin = new URL(baseURL ?? '').origin;
      const trouble: string[] = [];
      page.on('request', (request) => {
        const local = /^(data|blob):/.test(request.url()) || new URL(request.url()).origin === origin;
        if (!local || request.method() !== 'GET') trouble.push(`${request.method()} ${request.url()}`);
      });
      page.on('pageerror', (error) => trouble.push(`page error: ${error.message}`));
      page.on('console', (message) => {
        if (/Content Security Policy|violates the following/.test(message.text())) trouble.push(message.text());
      });
      await use(undefined);
      expect(trouble).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Cards of the list with this test id. */
export const cards = (page: Page, list: string): Locator => page.getByTestId(list).locator('[data-id]');

/** Item ids of a list, once it has some. */
export async function idsIn(page: Page, list: string): Promise<string[]> {
  await expect(cards(page, list).first()).toBeVisible();
  return cards(page, list).evaluateAll((all) => all.map((card) => card.getAttribute('data-id') ?? ''));
}

/** Opens the shop's home and waits for its first list. */
export async function openShop(page: Page, search = ''): Promise<void> {
  await page.goto(`/${search}`);
  await expect(cards(page, 'for-you').first()).toBeVisible();
}

/** Clicks products in the grid of a category, one after another, then opens the home page. */
export async function clickProducts(page: Page, category: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await page.goto(`${new URL(page.url()).search}#/category/${encodeURIComponent(category)}`);
    const card = cards(page, 'grid').nth(n);
    await card.locator('a').first().click();
    await expect(page).toHaveURL(/#\/product\//);
  }
  await page.goto(`${new URL(page.url()).search}#/`);
  await expect(cards(page, 'for-you').first()).toBeVisible();
}
