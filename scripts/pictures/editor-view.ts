import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { SCRIPTS } from './scripts-folder';

/** The editor of the rules over the demo's bundle, with a product pinned and a category hidden. Nothing is saved. */
export async function rulesEditor(page: Page): Promise<void> {
  // Loaded late: most runs take no picture of it.
  const [{ serveEditor }, { buildEditor }] = await Promise.all([
    import('../../packages/cli/commands/rules-editor'),
    import('../start/editor'),
  ]);
  const folder = join(process.cwd(), '.cache', 'pictures', 'editor');
  await buildEditor(folder);
  const { address, close } = await serveEditor({ page: folder, element: SCRIPTS, bundle: 'dist/bundle' }, 0);
  page.once('close', () => void close());
  await page.goto(address);
  await page.locator('.order > li').nth(3).getByRole('button', { name: 'Pin to the front' }).click();
  await page.locator('.order small').waitFor();
  const order = await page.locator('.order').textContent();
  await page.getByRole('button', { name: 'Hide …' }).click();
  await page.locator('.rules > li').last().getByLabel('Category', { exact: true }).fill('Food');
  await page.waitForFunction((before) => document.querySelector('.order')?.textContent !== before, order);
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
}
