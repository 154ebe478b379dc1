import type { Page } from '@playwright/test';
import { expect } from '../package/visit';

/**
 * Tests the example for Next as a shopper uses it: cards are the shop's own and lead on without a new document, the shop follows from
 * page to page without consent, lists of pages that Next keeps hidden take nothing, the cart has its list, and a no is not asked again.
 * @throws the failed assertion
 */
export async function walkNext(page: Page, address: string): Promise<void> {
  const trouble: string[] = [];
  page.on('pageerror', ({ message }) => trouble.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(message.text());
  });
  const list = page.locator('sidestream-recs:visible');
  const cards = list.locator('[data-id]');
  const databases = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  await page.goto(address);
  await expect(list).toHaveAttribute('state', 'filled');
  await expect(cards.first().locator('b')).not.toBeEmpty();
  await page.evaluate(() => document.documentElement.setAttribute('data-first', ''));

  // Products by the cards of lists; the last one is put into the cart.
  let path = '';
  for (let visits = 0; visits < 3; visits++) {
    const link = cards.first().getByRole('link');
    path = (await link.getAttribute('href')) ?? '';
    await link.click();
    // The page before is still in the document: a card that was found there would be waited for.
    await page.waitForURL(address + path);
    await expect(page.getByRole('button', { name: 'Add to cart' })).toBeVisible();
    await expect(list).toHaveAttribute('state', 'filled');
  }
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByRole('link', { name: 'Good things' }).click();
  await expect(page.getByRole('heading', { name: 'Everything' })).toBeVisible();
  const idsIn = (selector: string): Promise<(string | null)[]> =>
    page.evaluate((lists) => {
      const shown = [...document.querySelectorAll(lists)].map(({ shadowRoot }) => shadowRoot);
      const places = shown.flatMap((root) => [...(root?.querySelectorAll('[data-id]') ?? [])]);
      return places.map((place) => place.getAttribute('data-id'));
    }, selector);
  const home = 'sidestream-recs[layout=row]';
  // Made again since: what is in the cart is not recommended.
  await expect.poll(() => idsIn(home)).not.toContain(path.split('/').at(-1));
  // The lists of the products' pages are in the document, hidden, and took nothing from it.
  const hidden = await idsIn(`sidestream-recs:not(${home})`);
  expect(hidden.length).toBeGreaterThan(8);
  expect((await idsIn(home)).filter((id) => hidden.includes(id)).length).toBeGreaterThan(2);
  await page.getByRole('link', { name: 'Cart (1)' }).click();
  await expect(page.getByRole('heading', { name: 'Cart' })).toBeVisible();
  await expect(cards.first()).toBeVisible();
  expect(await page.locator('html[data-first]').count()).toBe(1);
  expect(await databases()).toEqual([]);

  await page.getByRole('button', { name: 'No' }).click();
  await expect(page.getByRole('complementary')).toHaveCount(0);
  await page.goto(address);
  await expect(list).toHaveAttribute('state', 'filled');
  await expect(page.getByRole('complementary')).toHaveCount(0);
  expect(await databases()).toEqual([]);
  expect(trouble).toEqual([]);
}
