import { expect, type Locator, type Page, test } from '@playwright/test';
import type { ListOptions } from '../pages/element';
import { PAGES } from './ports';

/** `page` is a page for lists; its test fails when the page throws. */
export const listTest = test.extend<{ sound: undefined }>({
  sound: [
    async ({ page }, use) => {
      const thrown: string[] = [];
      page.on('pageerror', ({ message }) => thrown.push(message));
      // Time passes as usual, but `settled` can make it pass faster.
      await page.clock.install();
      await page.goto(`${PAGES}/element.html`);
      await page.waitForFunction(() => 'lists' in window);
      await use(undefined);
      expect(thrown).toEqual([]);
    },
    { auto: true },
  ],
});

/** Adds a list to the page and returns it with its number. */
export async function addList(page: Page, options: ListOptions = {}): Promise<{ list: Locator; shop: number }> {
  const shop = await page.evaluate((given) => window.lists.add(given), options);
  return { list: page.locator('sidestream-recs').nth(shop), shop };
}

/** Requests to a list's recommender, and the events it tracked. */
export const callsOf = (page: Page, shop: number) =>
  page.evaluate((n) => {
    const { requests, tracked } = window.lists.shops[n];
    return { requests, tracked };
  }, shop);

/** Products that were put into the cart from a list, with the details of the event. */
export const cartsOf = (page: Page, shop: number) => page.evaluate((n) => window.lists.shops[n].carts, shop);

/** Ids of a list's cards, in order. */
export const idsOf = (list: Locator): Promise<string[]> =>
  list.locator('[data-id]').evaluateAll((cards) => cards.map((card) => card.getAttribute('data-id') ?? ''));

/** Sets language and direction of the page. */
export const setLanguage = (page: Page, language: string): Promise<void> =>
  page.evaluate((lang) => {
    document.documentElement.lang = lang;
    document.documentElement.dir = lang === 'ar' ? 'rtl' : 'ltr';
  }, language);
