import { expect as expectAny, test as plain } from '@playwright/test';
import { violationsInSchemes } from './support/accessibility';
import { eventsOf } from './support/headless';
import { cards, clickProducts, expect, idsIn, openShop, test } from './support/shop';

test('the basket has what was added, its total, and what goes well with all of it', async ({ page }) => {
  await openShop(page);
  await page.getByTestId('basket').click();
  await expect(page.getByTestId('basket-empty')).toBeVisible();
  await page.goto('/#/category/Music');
  await cards(page, 'grid').nth(0).locator('a').first().click();
  await page.getByTestId('add-to-basket').click();
  await page.getByTestId('add-to-basket').click();
  await expect(page.getByRole('link', { name: '2 in your basket' })).toBeVisible();
  const bundle = page.getByTestId('bundle');
  await expect(bundle.getByRole('checkbox')).toHaveCount(4);
  await bundle.getByRole('checkbox').first().uncheck();
  await bundle.getByRole('button', { name: 'Add selection to basket' }).click();
  await expect(page.getByTestId('basket')).toHaveAttribute('data-count', '5');

  await page.getByTestId('basket').click();
  const lines = page.getByTestId('basket-line');
  await expect(lines).toHaveCount(4);
  const ids = await lines.evaluateAll((all) => all.map((line) => line.getAttribute('data-id') ?? ''));
  const listed = await idsIn(page, 'complement');
  expect(listed.filter((id) => ids.includes(id))).toEqual([]);
  expect(await violationsInSchemes(page)).toEqual([]);

  const total = async (): Promise<number> =>
    Number((await page.getByTestId('basket-total').textContent())?.replace(/[^\d.]/g, ''));
  const before = await total();
  await lines.first().getByRole('button', { name: 'One less' }).click();
  await expect.poll(total).toBeLessThan(before);
  for (let left = 4; left > 0; left--) {
    await expect(lines).toHaveCount(left);
    await lines
      .first()
      .getByRole('button', { name: /^Remove/ })
      .click();
  }
  await expect(page.getByTestId('basket-empty')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Basket', level: 1 })).toBeFocused();
});

test('a product taken out of the basket is no longer in the cart of the profile', async ({ page }) => {
  await openShop(page);
  await page.getByTestId('consent-yes').click();
  await clickProducts(page, 'Music', 1);
  await page.goBack();
  await page.getByTestId('add-to-basket').click();
  await page.getByTestId('basket').click();
  await page.getByRole('button', { name: 'One less' }).click();
  await expect
    .poll(async () => (await eventsOf(page)).map(({ type }) => type).filter((type) => /cart/.test(`${type}`)))
    .toEqual(['cart', 'uncart']);
});

test('the list says from how many things it was worked out, and claims nothing after “no”', async ({ page }) => {
  await openShop(page);
  const basis = page.getByTestId('basis');
  await expect(basis).toContainText('Look at something');
  await expect(page.getByTestId('why')).toHaveCount(0);
  await clickProducts(page, 'Music', 3);
  await expect(basis).toHaveText(/From 3 things you looked at, worked out in this browser\.\s+Sent: 0 B\.\s+Why\?/);
  await page.getByTestId('why').click();
  await expect(page.getByTestId('inspector')).toBeVisible();
  await page.goBack();
  await page.getByTestId('consent-no').click();
  await expect(basis).toHaveText('You said no, so this list is the same for everybody.');
});

plain('the figure counts what the page and its worker send', async ({ page }) => {
  await page.route('**/log*', (route) => route.fulfill({ body: '' }));
  await openShop(page);
  const sent = page.getByTestId('sent');
  await expectAny(sent).toHaveText('0 B');
  const post = () => void fetch('/log', { method: 'POST', body: 'hello' });
  await page.evaluate(post);
  await expectAny(sent).toHaveText('5 B');
  await page.evaluate(() => void navigator.sendBeacon('/log', new Uint8Array(7)));
  await expectAny(sent).toHaveText('12 B');
  await page.evaluate(() => {
    const request = new XMLHttpRequest();
    request.open('PUT', '/log');
    request.send('four');
  });
  await expectAny(sent).toHaveText('16 B');
  await page.evaluate(() => void fetch('/log?id=3'));
  await expectAny(sent).toHaveText('21 B');
  const [worker] = page.workers();
  await worker.evaluate(post);
  await expectAny(sent).toHaveText('26 B');
});
