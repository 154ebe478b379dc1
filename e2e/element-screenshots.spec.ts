import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, type Page } from '@playwright/test';
import { addList, setLanguage, listTest as test } from './support/lists';
import { settled } from './support/settled';

/** Screenshots of every state, to be looked at: `SCREENSHOTS=1 npx playwright test element-screenshots`. */
test.skip(!process.env.SCREENSHOTS, 'only on request');

const folder = fileURLToPath(new URL('../.cache/screenshots/', import.meta.url));
const CURRENCIES: Record<string, string> = { en: 'USD', ja: 'JPY', de: 'EUR', fr: 'EUR', es: 'EUR', ar: 'AED' };

async function everyState(page: Page, language: string): Promise<void> {
  await setLanguage(page, language);
  const shared = { currency: CURRENCIES[language], dismissible: '' };
  const links =
    '<a href="/product/p0">Mug</a><a href="/product/p1">Hand-thrown stoneware teapot</a><a href="/x">Apron</a>';
  const { list } = await addList(page, { language, attributes: { ...shared, limit: '6' } });
  await list.locator('[data-dismiss]').nth(1).click();
  await addList(page, { language, attributes: { ...shared, layout: 'row', placement: 'trending', limit: '12' } });
  await addList(page, { language, answer: 'loading', attributes: { ...shared, layout: 'row', placement: 'recent' } });
  await addList(page, { language, answer: 'loading', html: links, attributes: { ...shared, limit: '3' } });
  await addList(page, { language, answer: 'empty', attributes: shared });
  // Hidden: the lists around them must show no gap.
  await addList(page, { language, answer: 'empty', attributes: { ...shared, placement: 'recent' } });
  await addList(page, { language, attributes: { ...shared, placement: 'similar' } });
  const failed = { ...shared, placement: 'complement', 'item-id': 'p0' };
  await addList(page, { language, answer: 'error', attributes: failed });
  await addList(page, { language, answer: 'error', html: links, attributes: failed });
  await page.addStyleTag({ content: 'sidestream-recs { margin-block-end: 2rem }' });
  await expect(list.locator('[data-undo]')).toBeFocused();
  await settled(page);
}

for (const language of Object.keys(CURRENCIES)) {
  for (const width of [320, 768, 1280]) {
    test(`${language} at ${width}`, async ({ page }) => {
      mkdirSync(folder, { recursive: true });
      await page.setViewportSize({ width, height: 900 });
      await everyState(page, language);
      const shot = (name: string) =>
        page.screenshot({ path: `${folder}${name}-${language}-${width}.png`, fullPage: true });
      await shot('light');
      if (language !== 'en' && language !== 'ar') return;
      await page.emulateMedia({ colorScheme: 'dark' });
      await shot('dark');
      await page.emulateMedia({ colorScheme: 'light', contrast: 'more' });
      await shot('contrast');
      await page.emulateMedia({ colorScheme: 'dark', contrast: null, forcedColors: 'active' });
      await shot('forced');
    });
  }
}
