import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clickProducts, expect, idsIn, openShop, test } from './support/shop';

/** The demo's manifest with a base model, and the model, by file name. */
function bundleWithBase(folder: string): Map<string, Buffer> {
  execFileSync('npx', ['tsx', 'e2e/support/learned-bundle.ts', folder, 'base'], { stdio: 'pipe' });
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

test('the base model of a bundle scores after the first list, beside what is learned here', async ({ page }, info) => {
  const files = bundleWithBase(info.outputPath('bundle'));
  for (const [name, body] of files) await page.route(`**/bundle/${name}`, (route) => route.fulfill({ body }));
  await openShop(page);
  await clickProducts(page, 'Music', 4);
  await page.getByTestId('inspect').click();
  await expect(page.getByTestId('inspector')).toContainText('related in the shop’s model');
  await page.getByRole('tab', { name: 'Does it help?' }).click();
  await expect(page.getByTestId('inspector')).toContainText('wasm');
  expect((await idsIn(page, 'for-you')).length).toBeGreaterThan(4);
  await expect(page.getByTestId('notice')).toHaveCount(0);
});

test('a damaged base model costs nothing but a notice', async ({ page }, info) => {
  const files = bundleWithBase(info.outputPath('bundle'));
  for (const [name, body] of files) {
    const spoilt = name.endsWith('.safetensors') ? Buffer.alloc(body.length) : body;
    await page.route(`**/bundle/${name}`, (route) => route.fulfill({ body: spoilt }));
  }
  await openShop(page);
  await expect(page.getByTestId('notice')).toContainText(/base-|manifest/);
  await clickProducts(page, 'Music', 3);
  expect((await idsIn(page, 'for-you')).length).toBeGreaterThan(4);
});
