import { expect, test } from '@playwright/test';
import { PAGES } from './support/ports';

test('a lost GPU: the base model goes on with another backend', async ({ page }) => {
  await page.goto(`${PAGES}/gpu-lost.html`);
  await page.waitForFunction(() => 'loseGpuOfBase' in window);
  const found = await page.evaluate(() => window.loseGpuOfBase());
  expect(found.failure).not.toBe('none');
  expect(found.recovered).toBe(true);
  expect(found.backend).toBe('wasm');
  expect(found.before).not.toEqual(found.expected);
  expect(found.after).toHaveLength(found.expected.length);
  for (const [n, value] of found.after.entries()) expect(value).toBeCloseTo(found.expected[n], 3);
});
