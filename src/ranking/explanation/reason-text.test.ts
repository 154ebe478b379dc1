import { expect, it } from 'vitest';
import { type Ground, SENTENCE_LANGUAGES, sentence, sentenceLanguage } from './reason-text';

const NAMED = ['looked-at', 'chosen-with', 'goes-with', 'similar', 'style', 'category'] as const;
const PLAIN = ['popular', 'catalogue', 'seen', 'chosen-for-you', 'picked'] as const;

it.each(SENTENCE_LANGUAGES)(
  'says everything in %s, each with its own words, and names are put in as they are',
  (lang) => {
    const grounds: Ground[] = [
      ...NAMED.map((kind) => ({ kind, name: 'Tea $& {} pot' })),
      ...PLAIN.map((kind) => ({ kind })),
    ];
    const said = grounds.map((ground) => sentence(ground, lang));
    expect(new Set(said).size).toBe(grounds.length);
    for (const words of said.slice(0, NAMED.length)) expect(words).toContain('Tea $& {} pot');
    for (const words of said.slice(NAMED.length)) expect(words).not.toContain('{}');
  },
);

it('takes the language of a tag, and English for others', () => {
  expect(['de-AT', 'AR', 'fr_CA', 'zh', '', 'jav'].map(sentenceLanguage)).toEqual(['de', 'ar', 'fr', 'en', 'en', 'en']);
  expect(sentence({ kind: 'popular' })).toBe('Popular in this shop');
});

it('keeps a title from turning the marks round it in Arabic', () => {
  expect(sentence({ kind: 'similar', name: 'Tee' }, 'ar')).toContain('«\u2068Tee\u2069»');
});
