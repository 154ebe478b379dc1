import * as v from 'valibot';
import { expect, it } from 'vitest';
import { bestLocale, localeSchema } from '.';

it.each([
  ['de-AT', ['en', 'de', 'de-CH'], 'de'],
  ['de-CH', ['de', 'de-CH'], 'de-CH'],
  ['de_CH', ['de', 'de-CH'], 'de-CH'],
  ['pt', ['pt-PT', 'pt-BR'], 'pt-BR'],
  ['en', ['en', 'en-GB'], 'en'],
  ['en-AU', ['en', 'en-GB'], 'en'],
  ['en-GB', ['en', 'en-GB'], 'en-GB'],
  ['zh-TW', ['zh', 'zh-Hant'], 'zh-Hant'],
  ['zh-TW', ['zh'], 'zh'],
  ['DE', ['de-DE'], 'de-DE'],
  ['fr', ['en', 'de'], null],
  ['', ['en'], null],
  ['no tag at all', ['en'], null],
  [undefined, ['en'], null],
  [7, ['en'], null],
])('gives a reader of %s of %j %s', (wanted, offered, best) => {
  expect(bestLocale(wanted, offered)).toBe(best);
});

it('reads tags in any spelling, and refuses invalid ones', () => {
  expect(['de-at', 'pt_BR', ' zh-hant '].map((tag) => v.parse(localeSchema, tag))).toEqual([
    'de-AT',
    'pt-BR',
    'zh-Hant',
  ]);
  for (const tag of ['', 'german!', 'd', '../x', 'x'.repeat(60), 3]) expect(v.is(localeSchema, tag)).toBe(false);
});
