import { violationsInSchemes } from './support/accessibility';
import { settled } from './support/settled';
import { cards, expect, openShop, test } from './support/shop';

test('home, product page and inspector have no serious violation in light and dark', async ({ page }) => {
  await openShop(page);
  expect(await violationsInSchemes(page)).toEqual([]);
  await page.getByTestId('for-you').locator('[data-id] a').first().click();
  await expect(cards(page, 'similar').first()).toBeVisible();
  expect(await violationsInSchemes(page)).toEqual([]);
  await page.getByTestId('inspect').click();
  await expect(page.getByTestId('inspector')).toBeVisible();
  expect(await violationsInSchemes(page)).toEqual([]);
});

test('by keyboard, "not interested" as the very first action can be undone for as long as needed', async ({ page }) => {
  await page.clock.install();
  await openShop(page);
  const list = page.getByTestId('for-you');
  const card = list.locator('[data-id]').nth(1);
  const id = await card.getAttribute('data-id');
  await card.locator('[data-dismiss]').focus();
  await page.keyboard.press('Enter');
  const undo = list.getByRole('button', { name: 'Undo' });
  await expect(undo).toBeFocused();
  // The worker has the event, and the list was requested again.
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const { recommender } =
          document.querySelector<HTMLElementTagNameMap['sidestream-recs']>('sidestream-recs') ?? {};
        const { items } = (await recommender?.recommend({ limit: 100 })) ?? { items: [] };
        return items.map(({ item }) => item.id);
      }),
    )
    .not.toContain(id);
  await settled(page);
  await expect(undo).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(list.locator(`[data-id="${id}"] [data-dismiss]`)).toBeFocused();
  await settled(page);
  await expect(list.locator('[data-id]').nth(1)).toHaveAttribute('data-id', id ?? '');
});
