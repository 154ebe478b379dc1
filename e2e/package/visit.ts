import { expect as impatient, type Page } from '@playwright/test';
import type * as Sidestream from '../../src';

/** Development servers compile at the first request. */
export const expect = impatient.configure({ timeout: 60_000 });

declare global {
  /** The package, as the page imported it. */
  var sidestream: Pick<typeof Sidestream, 'createRecommender'>;
}

/** Opens a page of a shop and waits for its list. @returns errors of the page, including later ones */
export async function openShop(page: Page, address: string, href = /^\/product\/p\d$/): Promise<string[]> {
  const trouble: string[] = [];
  page.on('pageerror', ({ message }) => trouble.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(address);
  const card = page.locator('sidestream-recs [data-id]').first();
  await expect(card).toBeVisible();
  expect(await card.locator('a').getAttribute('href')).toMatch(href);
  return trouble;
}

/** Learns from clicks in the shop that has learned from its log. @returns how many choices were learned */
export const learn = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const recommender = await sidestream.createRecommender({ bundle: '/learned/', namespace: 'choices' });
    for (const id of ['p1', 'p3', 'p5', 'p7']) await recommender.track('click', id);
    await recommender.status.settled();
    const [{ choices }] = (await recommender.status.get()).experts;
    await recommender.close();
    return choices;
  });

/** Adds a product, for which the encoders are loaded. @returns their backend */
export const add = (page: Page): Promise<string | null> =>
  page.evaluate(async () => {
    const recommender = await sidestream.createRecommender({ bundle: '/bundle/', namespace: 'new products' });
    await recommender.catalog.insert({ title: 'Green kite' });
    const { backend } = await recommender.status.get();
    await recommender.close();
    return backend.encoders;
  });
