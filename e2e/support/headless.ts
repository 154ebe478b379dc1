import { fileURLToPath } from 'node:url';
import { type BrowserContext, expect, type Page } from '@playwright/test';
import type * as Sidestream from '../../src';
import { CDN_FOLDER } from './global-setup';

declare global {
  interface Window {
    sidestream: typeof Sidestream;
    recommender: Sidestream.Recommender;
    /** Codes of the errors that the recommender reported. */
    codes: string[];
  }
}

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** A page of the shop that has the whole package as `window.sidestream`. @param body additional HTML */
export const packagePage = (
  body = '',
): string => `<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title>
<link rel="icon" href="data:,">${body}
<script type="module">import * as sidestream from '/sidestream/sidestream.js'; window.sidestream = sidestream;</script>`;

/** Serves a context a page with only the package, as a shop hosts it. */
export async function serveHeadless(context: BrowserContext, { beforeWorker = '' } = {}): Promise<void> {
  await context.route('**/headless.html', (route) => route.fulfill({ body: packagePage(), contentType: 'text/html' }));
  await context.route('**/sidestream/**', async (route) => {
    const path = `${repository}${CDN_FOLDER}/${new URL(route.request().url()).pathname.replace('/sidestream/', '')}`;
    if (beforeWorker === '' || !path.endsWith('/worker.js')) return route.fulfill({ path });
    const { readFile } = await import('node:fs/promises');
    const body = `${beforeWorker}\n${await readFile(path, 'utf8')}`;
    return route.fulfill({ body, contentType: 'text/javascript' });
  });
}

/**
 * Opens the page and starts a recommender.
 * @param consent default: the one stored on the device
 * @param bundle default: the demo's bundle
 */
export async function startHeadless(page: Page, consent?: Sidestream.Consent, bundle = '/bundle/'): Promise<void> {
  await page.goto('/headless.html');
  await page.waitForFunction(() => 'sidestream' in window);
  await page.evaluate(
    async ({ level, folder }) => {
      window.codes = [];
      window.recommender = await window.sidestream.createRecommender({
        bundle: folder,
        ...(level ? { consent: level } : {}),
      });
      window.recommender.on('error', ({ code }) => window.codes.push(code));
    },
    { level: consent, folder: bundle },
  );
}

/** Clicks products of a category, one after another. @returns ids in the order they were acknowledged */
export const clickAll = (page: Page, category: string, count: number, offset = 0): Promise<string[]> =>
  page.evaluate(
    async ([name, limit, from]) => {
      const { items } = await window.recommender.catalog.browse({ category: name, limit, offset: from });
      for (const { id } of items) await window.recommender.track('click', id);
      await window.recommender.status.settled();
      return items.map(({ id }) => id);
    },
    [category, count, offset] as const,
  );

/** The list for the shopper, with scores. */
export const listOf = (page: Page): Promise<[string, number][]> =>
  page.evaluate(async () => {
    const { items } = await window.recommender.recommend({ limit: 20 });
    return items.map(({ item, score }): [string, number] => [item.id, score]);
  });

/**
 * Expects the same items in the same order; scores differ in their last digits if the kernel was loaded between two
 * choices.
 */
export function expectSameList(list: readonly [string, number][], before: readonly [string, number][]): void {
  expect(list.map(([id]) => id)).toEqual(before.map(([id]) => id));
  for (const [n, [, score]] of list.entries()) expect(score).toBeCloseTo(before[n][1], 4);
}

/** The status of the page's recommender. */
export const statusOf = (page: Page): Promise<Sidestream.Status> =>
  page.evaluate(() => window.recommender.status.get());

/** An event in the log on the device. */
export interface LogRow {
  type: string;
  itemId: string;
  time: number;
  [name: string]: unknown;
}

/** The log on the device, in its order. @param fields the fields to read; default: all */
export const eventsOf = (page: Page, fields?: string[]): Promise<LogRow[]> =>
  page.evaluate(async (names) => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('sidestream/default');
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => resolve(opening.result);
    });
    const reading = database.transaction('events').objectStore('events').getAll();
    await new Promise((resolve) => {
      reading.onsuccess = resolve;
    });
    database.close();
    return reading.result.map((row) => (names ? Object.fromEntries(names.map((name) => [name, row[name]])) : row));
  }, fields);

/** Item ids of the log on the device, in its order. */
export const logOf = async (page: Page): Promise<string[]> =>
  (await eventsOf(page, ['itemId'])).map(({ itemId }) => itemId);
