import { describe, expect, it } from 'vitest';
import { expectedTexts, LABEL_LANGUAGES } from '../../../testing/languages';
import { ENGLISH, ENGLISH_REASONS, labelLanguage, loadLabels } from '.';
import type { Labels } from './labels';
import { fill } from './languages';

/** The texts of a language by path: `list.headings.similar`. */
async function textsOf(tag: string): Promise<Map<string, string>> {
  const language = labelLanguage(tag);
  const labels: Labels = language === 'en' ? { ...ENGLISH, reasons: ENGLISH_REASONS } : await loadLabels(language);
  const found = new Map<string, string>();
  const visit = (value: object, path: string[]): void => {
    for (const [key, part] of Object.entries(value)) {
      if (typeof part === 'string') found.set([...path, key].join('.'), part);
      else visit(part, [...path, key]);
    }
  };
  visit(labels, []);
  return found;
}

const placeholders = (text: string): string[] => (text.match(/\{\w*\}/g) ?? []).toSorted();

describe.each(LABEL_LANGUAGES)('the texts in %s', (language) => {
  it('have the same keys and placeholders as English, and no empty text', async () => {
    const texts = await textsOf(language);
    const expected = expectedTexts(await textsOf('en'), texts);
    expect([...texts.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    for (const [key, text] of texts) {
      expect([key, ...placeholders(text)]).toEqual([key, ...placeholders(expected.get(key) ?? '')]);
      expect([key, text.trim()]).toEqual([key, text]);
      expect([key, text.replaceAll(/\{\w+\}/g, '')]).toEqual([key, expect.stringMatching(/^[^{}|]*\p{L}[^{}|]*$/u)]);
    }
  });

  it('have distinct headings, and distinct reasons', async () => {
    const texts = await textsOf(language);
    for (const part of [/^list\.(headings\.|products$)/, /^reasons\./, /^bundle\./]) {
      const found = [...texts].filter(([key]) => part.test(key)).map(([, text]) => text);
      expect(new Set(found).size).toBe(found.length);
    }
  });

  it('isolate names in right-to-left languages', async () => {
    const rightToLeft = ['Arab', 'Hebr'].includes(new Intl.Locale(language).maximize().script ?? '');
    for (const [key, text] of await textsOf(language)) {
      const names = text.match(/.?\{(title|category|hint)\}.?/g) ?? [];
      for (const name of names) expect([key, /^\u2068.*\u2069$/.test(name)]).toEqual([key, rightToLeft]);
    }
  });
});

describe('labelLanguage', () => {
  it('follows the first part of a tag, and is English for a language without texts', () => {
    const tags = ['de-AT', 'AR', 'fr_CA', 'ja-Jpan-JP', 'EN-gb', 'zh', '', 'jav', 'constructor', '-de'];
    expect(tags.map(labelLanguage)).toEqual(['de', 'ar', 'fr', 'ja', 'en', 'en', 'en', 'en', 'en', 'en']);
  });
});

describe('fill', () => {
  it('inserts values unchanged at any position', () => {
    const values = { title: '$& {price} “x”', price: '48 €' };
    expect(fill('{title}: {price}', values)).toBe('$& {price} “x”: 48 €');
    expect(fill('{price} – {title} – {price}', values)).toBe('48 € – $& {price} “x” – 48 €');
  });

  it('keeps a placeholder without a value', () => {
    expect(fill('{title} {price}', { title: 'Mug' })).toBe('Mug {price}');
  });
});
