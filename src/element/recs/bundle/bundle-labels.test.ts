import { expect, it } from 'vitest';
import { LOCALES } from '../locales';
import { BUNDLE_LANGUAGES, bundleLabels } from './bundle-labels';

it('has all texts in the languages of lists, English for others, and those of the page in their place', () => {
  expect(BUNDLE_LANGUAGES.toSorted()).toEqual(['en', ...Object.keys(LOCALES)].toSorted());
  const names = Object.keys(bundleLabels('en'));
  for (const language of BUNDLE_LANGUAGES) {
    const texts = Object.values(bundleLabels(language));
    expect([language, new Set(texts).size, texts.every((text) => /\S/.test(text))]).toEqual([
      language,
      names.length,
      true,
    ]);
  }
  expect(bundleLabels('de-AT').total).toBe('Gesamtpreis');
  for (const language of ['nl', '', 'constructor']) expect(bundleLabels(language).total).toBe('Total price');
  expect(bundleLabels('de', { total: 'Summe' })).toMatchObject({ total: 'Summe', addAll: 'Alle in den Warenkorb' });
});
