import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrowserContext, expect as impatient, type Page } from '@playwright/test';
import type { Host } from './host';
import { smallBundle } from './small-bundle';

const expect = impatient.configure({ timeout: 30_000 });

/** Writes a bundle into a folder instead of the one there. @returns its number of products */
export async function newBundle(folder: string, products: number): Promise<number> {
  await rm(folder, { recursive: true, force: true });
  smallBundle(products, folder);
  return JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')).count;
}

/** Names of the shards of a bundle. */
export const shardsOf = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.startsWith('shard-'));

/** Puts a bundle into the folder of the one before, as an upload does. */
export const upload = (next: string, folder: string): Promise<void> => cp(next, folder, { recursive: true });

/** A shop with a service worker, as `examples/offline` has it. */
export interface OfflineShop {
  host: Host;
  /** Numbers of products in the first bundle and in the next one. */
  counts: [number, number];
  /** Publishes the next bundle. @param missing without the content of its shards, as while it is uploaded */
  publish(missing: boolean): Promise<void>;
}

const recommenderOf = (page: Page) =>
  page
    .locator('sidestream-recs[state=filled]')
    .evaluateHandle(({ activeRecommender }: HTMLElementTagNameMap['sidestream-recs']) => {
      if (!activeRecommender) throw new Error('The list has no recommender');
      return activeRecommender;
    });

/** Opens the shop in a new tab. @returns the tab, and how many products it knows */
async function open(context: BrowserContext, { origin }: Host): Promise<{ page: Page; items: number }> {
  const page = await context.newPage();
  await page.goto(`${origin}/`);
  await expect(page.locator('sidestream-recs [data-id]')).toHaveCount(8);
  const { items } = await (await recommenderOf(page)).evaluate((recommender) => recommender.status.get());
  return { page, items };
}

/** Opens the shop, lets the browser look for another service worker, and closes it. @returns how many products it knew */
async function visit(context: BrowserContext, host: Host): Promise<number> {
  const { page, items } = await open(context, host);
  // Browsers look some seconds after a page was opened.
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const { installing } = registration;
    if (installing) await new Promise((resolve) => installing.addEventListener('statechange', resolve));
  });
  await page.close();
  return items;
}

/** Does something without a network. Nothing may reach the host. */
async function offline(context: BrowserContext, host: Host, work: () => Promise<void>): Promise<void> {
  await context.setOffline(true);
  const asked = host.asked.length;
  await work();
  // A browser's own look for another service worker is not a request of the page.
  expect(host.asked.slice(asked).filter((path) => path !== '/sw.js')).toEqual([]);
  await context.setOffline(false);
}

/**
 * Uses the shop offline as a shopper does: it lists, learns, remembers and finds. Then publishes another bundle, which replaces the first
 * one only when all of it is there.
 */
export async function walkOffline(
  context: BrowserContext,
  { host, counts: [before, after], publish }: OfflineShop,
): Promise<void> {
  const first = await open(context, host);
  expect(first.items).toBe(before);
  await first.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await (await recommenderOf(first.page)).evaluate((recommender) => recommender.profile.consent('granted'));
  await first.page.close();

  await offline(context, host, async () => {
    const { page, items } = await open(context, host);
    expect(items).toBe(before);
    const recommender = await recommenderOf(page);
    const id = await page.locator('sidestream-recs [data-id]').nth(2).getAttribute('data-id');
    const title = await recommender.evaluate(
      async (shop, known) => (await shop.catalog.get(`${known}`))?.title ?? '',
      id,
    );
    await page.locator('sidestream-recs [data-id] a').nth(2).click();
    await expect(page.locator('sidestream-recs')).toContainText('Because');
    await recommender.evaluate((shop) => shop.status.settled());
    await page.reload();
    await expect(page.locator('sidestream-recs')).toContainText('Because');
    expect(
      await (await recommenderOf(page)).evaluate(async (shop) => (await shop.status.get()).experts[0].choices),
    ).toBe(1);
    await page.locator('sidestream-find input').fill(title);
    await expect(page.locator('sidestream-find')).toContainText(title);
    await page.close();
  });

  // While it is uploaded, and if the network is lost meanwhile, the first bundle stays.
  await publish(true);
  const asked = host.asked.length;
  const tried = async (): Promise<boolean> => {
    expect(await visit(context, host)).toBe(before);
    return host.asked.slice(asked).some((path) => path.startsWith('/bundle/'));
  };
  await expect.poll(tried).toBe(true);
  await offline(context, host, async () => {
    const { page, items } = await open(context, host);
    expect(items).toBe(before);
    await page.close();
  });

  await publish(false);
  const seen: number[] = [];
  const next = async (): Promise<number> => {
    const items = await visit(context, host);
    seen.push(items);
    return items;
  };
  await expect.poll(next).toBe(after);
  expect(seen.filter((items) => items !== before && items !== after)).toEqual([]);
  await offline(context, host, async () => {
    expect((await open(context, host)).items).toBe(after);
  });
}
