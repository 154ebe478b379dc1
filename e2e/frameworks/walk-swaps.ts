import type { Page } from '@playwright/test';
import { expect, openShop } from '../package/visit';

/**
 * Goes from page to page of an app whose router exchanges the body: lists appear without a script of the page, the profile
 * stays in the memory of one worker, marked elements are tracked once, back and forward work, and a yes is remembered.
 * @throws the failed assertion
 */
export async function walkSwaps(page: Page, address: string): Promise<void> {
  const trouble = await openShop(page, address, /^#p\d$/);
  const cards = page.locator('sidestream-recs [data-id]');
  const second = page.locator('#second [data-id]');
  const events = () =>
    page.evaluate(async () => {
      const recommender = await sidestream.createRecommender({ bundle: '/bundle/' });
      const { events } = await recommender.status.get();
      await recommender.close();
      return events;
    });
  await cards.nth(1).getByRole('link').click();
  await expect(cards.filter({ hasText: 'Because' }).first()).toBeVisible();
  await page.evaluate(() => Reflect.set(globalThis, 'sameDocument', true));

  await page.getByRole('link', { name: 'Second' }).click();
  await expect(second.filter({ hasText: 'Because' }).first()).toBeVisible();
  expect(await events()).toBe(1);
  await page.getByRole('link', { name: 'Blue chair', exact: true }).first().click();
  await expect.poll(events).toBe(2);

  await page.getByRole('link', { name: 'Home' }).click();
  await expect(second).toHaveCount(0);
  await expect(cards.filter({ hasText: 'Because' }).first()).toBeVisible();
  await page.goBack();
  await expect(second.first()).toBeVisible();
  await page.goForward();
  await expect(second).toHaveCount(0);
  await expect(cards.first()).toBeVisible();
  expect(await page.evaluate(() => Reflect.get(globalThis, 'sameDocument'))).toBe(true);
  expect(page.workers()).toHaveLength(1);

  await page.evaluate(async () => {
    const recommender = await sidestream.createRecommender({ bundle: '/bundle/' });
    await recommender.profile.consent('granted');
    await recommender.close();
  });
  await page.reload();
  await expect(cards.filter({ hasText: 'Because' }).first()).toBeVisible();
  expect(await events()).toBe(2);
  expect(trouble).toEqual([]);
}
