import { expect, it } from 'vitest';
import { loadReasons, REASON_LANGUAGES, type ReasonKind, reasonLanguage, reasonText } from './reason-text';

const NAMED = ['looked-at', 'chosen-with', 'goes-with', 'similar', 'style', 'category'] as const;
const PLAIN = ['popular', 'catalog', 'seen', 'again', 'chosen-for-you', 'picked'] as const;

it('has English alone until another language is asked for', async () => {
  await loadReasons();
  expect(reasonText({ kind: 'again' }, 'de')).toBe('Time to buy again?');
  await loadReasons('nl');
  expect(reasonText({ kind: 'again' }, 'de')).toBe('Time to buy again?');
  await loadReasons('fr-CA');
  expect(reasonText({ kind: 'again' }, 'de')).toBe('Zeit, das wieder zu kaufen?');
});

it.each(REASON_LANGUAGES)(
  'has a different text for every kind in %s, with names inserted as they are',
  async (lang) => {
    await loadReasons(lang);
    const kinds: ReasonKind[] = [
      ...NAMED.map((kind) => ({ kind, name: 'Tea $& {} pot' })),
      ...PLAIN.map((kind) => ({ kind })),
    ];
    const texts = kinds.map((kind) => reasonText(kind, lang));
    expect(new Set(texts).size).toBe(kinds.length);
    for (const text of texts.slice(0, NAMED.length)) expect(text).toContain('Tea $& {} pot');
    for (const text of texts.slice(NAMED.length)) expect(text).not.toContain('{}');
  },
);

it('takes the language of a tag, and English for others', () => {
  expect(['de-AT', 'AR', 'fr_CA', 'zh', '', 'jav'].map(reasonLanguage)).toEqual(['de', 'ar', 'fr', 'en', 'en', 'en']);
  expect(reasonText({ kind: 'popular' })).toBe('Popular in this shop');
});

it('isolates a left-to-right title in Arabic', async () => {
  await loadReasons('ar');
  expect(reasonText({ kind: 'similar', name: 'Tee' }, 'ar')).toContain('«\u2068Tee\u2069»');
});
