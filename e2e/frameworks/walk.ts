import type { Page } from '@playwright/test';
import { add, expect, learn, openShop } from '../package/visit';

/** Results of the walk, for the table: choices learned, and the backend of the encoders. */
export interface Walked {
  learned: number;
  encoders: string | null;
}

/**
 * Tests an app as a shopper uses it: both lists appear, a click makes them personal, the shopper is remembered after a
 * reload, a shop with a log learns, the encoders encode a new product, and the page has no error.
 * @param light without learning and encoders, whose files are the largest
 * @throws the failed assertion
 */
export async function walk(page: Page, address: string, light = false): Promise<Walked> {
  const trouble = await openShop(page, address, /^#p\d$/);
  const cards = page.locator('sidestream-recs [data-id]');
  const own = page.locator('#own li');
  await expect(own).toHaveCount(3);
  const before = await own.allTextContents();
  await cards.nth(1).getByRole('link').click();
  await expect(cards.filter({ hasText: 'Because' }).first()).toBeVisible();
  await expect(own.filter({ hasText: 'Because' }).first()).toBeVisible();
  expect(await own.allTextContents()).not.toEqual(before);
  await remember(page);
  await page.reload();
  await expect(cards.filter({ hasText: 'Because' }).first()).toBeVisible();
  const walked = light ? { learned: 0, encoders: null } : { learned: await learn(page), encoders: await add(page) };
  if (!light) expect(walked).toEqual({ learned: 4, encoders: 'wasm' });
  expect(trouble).toEqual([]);
  return walked;
}

/** Says yes for the shopper. */
const remember = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const recommender = await sidestream.createRecommender({ bundle: '/bundle/' });
    await recommender.profile.consent('granted');
    await recommender.close();
  });
