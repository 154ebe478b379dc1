import type { Page } from '@playwright/test';
import { PROFILE_SCHEMA } from '../src/device/learner/limits';
import { clickProducts, expect, idsIn, openShop, products, test } from './support/shop';

/** Everything a page can leave on a device. */
const traces = (page: Page) =>
  page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    cookies: document.cookie,
  }));

const NOTHING = { databases: [], caches: [], local: [], session: [], cookies: '' };

test('without consent the device stays empty, and learning still works', async ({ page }) => {
  await openShop(page);
  const before = await idsIn(page, 'for-you');
  await clickProducts(page, 'Music', 4);
  await expect.poll(() => idsIn(page, 'for-you')).not.toEqual(before);
  expect(await traces(page)).toEqual(NOTHING);
  await page.getByTestId('consent-no').click();
  await expect.poll(() => idsIn(page, 'for-you')).toEqual(before);
  expect(await traces(page)).toEqual(NOTHING);
});

test('with consent, the profile survives a reload; after its withdrawal, nothing is left', async ({ page }) => {
  await openShop(page);
  await clickProducts(page, 'Music', 3);
  // Consent also stores the profile learned before it.
  await page.getByTestId('consent-yes').click();
  await expect.poll(async () => (await traces(page)).databases).toEqual(['sidestream/default']);
  await clickProducts(page, 'Music', 5);
  const music = new Set(products().flatMap(({ id, category }) => (category.startsWith('Music/') ? [id] : [])));
  const share = (ids: string[]) => ids.filter((id) => music.has(id)).length / ids.length;
  await expect.poll(async () => share(await idsIn(page, 'for-you'))).toBeGreaterThan(0.3);

  await page.reload();
  await expect.poll(async () => share(await idsIn(page, 'for-you'))).toBeGreaterThan(0.3);
  await page.getByTestId('inspect').click();
  await expect(page.getByTestId('inspector')).toContainText('Everything you chose');
  await expect(page.getByTestId('inspector')).toContainText('5 choices');
  await page.goBack();

  await page.getByTestId('privacy').click();
  await page.getByTestId('consent-no').click();
  await expect.poll(() => traces(page)).toEqual(NOTHING);
  await page.reload();
  await expect.poll(async () => share(await idsIn(page, 'for-you'))).toBeLessThan(0.3);
});

/** Reads, or with `put` first replaces, the stored profile. @returns its schema */
const storedSchema = (page: Page, put?: number) =>
  page.evaluate(
    (schema) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('sidestream/default');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const store = opening.result.transaction('profile', 'readwrite').objectStore('profile');
          if (schema !== undefined) store.put({ schema, from: 'the future' }, 'current');
          const reading = store.get('current');
          reading.onsuccess = () => {
            opening.result.close();
            resolve(reading.result?.schema);
          };
        };
      }),
    put,
  );

test('a profile written by newer code stays unchanged, and the shop keeps working', async ({ page }) => {
  await openShop(page);
  await page.getByTestId('consent-yes').click();
  await clickProducts(page, 'Music', 3);
  await expect.poll(() => storedSchema(page)).toBe(PROFILE_SCHEMA);
  await storedSchema(page, 99);
  await page.reload();
  await expect(page.getByTestId('notice')).toContainText('schema 99');
  const before = await idsIn(page, 'for-you');
  await clickProducts(page, 'Tools', 6);
  await expect.poll(() => idsIn(page, 'for-you')).not.toEqual(before);
  // All that was learned has had its save.
  await page.getByTestId('for-you').evaluate(async (list: HTMLElementTagNameMap['sidestream-recs']) => {
    if (!list.activeRecommender) throw new Error('The list has no recommender');
    await list.activeRecommender.status.settled();
  });
  expect(await storedSchema(page)).toBe(99);
});
