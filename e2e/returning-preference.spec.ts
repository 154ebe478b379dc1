import type { Page } from '@playwright/test';
import { serveOverBundle } from './support/bundle-files';
import { UNTRAINED_FOLDER } from './support/global-setup';
import { serveHeadless } from './support/headless';
import { expect, test } from './support/shop';

const LIMIT = 10;

/** A shopper who looks at some of one kind of product, then of another, and then again of the first. */
interface Visit {
  /** Places of the first ten that have the first kind: before it returns, and after each of 5 choices. */
  places: number[];
  /** Share of the experts in the scores of the first ten after the first 20 choices, 0 to 1. */
  share: number;
}

/** @param preference factor of what the experts say in the lists, as a variant of an experiment sets it */
const visit = (page: Page, preference: number): Promise<Visit> =>
  page.evaluate(
    async ([factor, limit]) => {
      const variants = [{ name: 'only', weights: { preference: factor } }];
      const experiment = { name: 'experts', variants };
      const recommender = await window.sidestream.createRecommender({
        bundle: '/bundle/',
        namespace: `factor ${factor}`,
        consent: 'pending',
        experiment,
      });
      const list = async () => (await recommender.recommend({ limit })).items;
      const productsOf = async (category: string, from: number, to: number): Promise<string[]> => {
        const { items } = await recommender.catalog.browse({ category, limit: 1000 });
        // One after another in the catalogue would be of one narrow category.
        return Array.from({ length: to - from }, (_, n) => items[(7 * (from + n)) % items.length].id);
      };
      const click = async (ids: string[]): Promise<void> => {
        for (const id of ids) await recommender.track('click', id);
      };
      const places = async (): Promise<number> =>
        (await list()).filter(({ item }) => item.category.startsWith('Home/')).length;

      await click(await productsOf('Home', 0, 20));
      const shares = (await list()).map(({ contributions }) => {
        const sizes = Object.values(contributions).map(Math.abs);
        return Math.abs(contributions.preference ?? 0) / sizes.reduce((sum, size) => sum + size, 0);
      });
      await click(await productsOf('Sport', 0, 20));
      const found = [await places()];
      for (const id of await productsOf('Home', 20, 25)) {
        await click([id]);
        found.push(await places());
      }
      await recommender.close();
      return { places: found, share: shares.reduce((sum, share) => sum + share, 0) / shares.length };
    },
    [preference, LIMIT] as const,
  );

test('without a side model, a returning preference is listed again within 5 choices, but only with experts', async ({
  page,
  context,
}) => {
  await serveHeadless(context);
  await serveOverBundle(context, UNTRAINED_FOLDER);
  await page.goto('/headless.html');
  await page.waitForFunction(() => 'sidestream' in window);
  const { places, share } = await visit(page, 1);
  const described = `share ${(100 * share).toFixed(1)} %; places of ten before and after the return ${places}`;
  test.info().annotations.push({ type: 'experts', description: described });
  expect(share).toBeGreaterThan(0.05);
  expect(places[0]).toBeLessThan(0.3 * LIMIT);
  expect(places[5]).toBeGreaterThanOrEqual(0.8 * LIMIT);
  const without = await visit(page, 0);
  expect(without.share).toBe(0);
  expect(without.places[5]).toBeLessThan(0.8 * LIMIT);
});
