import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { cards, expect, openShop, test } from './shop';

/** Serious and critical violations of the page as it stands, in words. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target.join(' ')).join(', ')})`);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } });

    test('home, product page, inspector and dialog have no serious violation', async ({ page }) => {
      await openShop(page);
      expect(await violations(page)).toEqual([]);
      await page.getByTestId('for-you').locator('[data-id] a').first().click();
      await expect(cards(page, 'similar').first()).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await page.getByTestId('add-product').click();
      await expect(page.getByRole('dialog')).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByTestId('inspect').click();
      await expect(page.getByTestId('inspector')).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });
  });
}
