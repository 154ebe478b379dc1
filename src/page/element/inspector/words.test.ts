import { describe, expect, it } from 'vitest';
import { expectedTexts, LABEL_LANGUAGES } from '../../../../testing/languages';
import { labelLanguage } from '../../../core/labels';
import { TERMS } from '../../../device/ranking';
import { ENGLISH_INSPECTOR, INSPECTOR_TEXTS, type Words, wordsIn } from './words';

const ENGLISH = wordsIn(ENGLISH_INSPECTOR, 'en');

async function wordsOf(language: string): Promise<Words> {
  await INSPECTOR_TEXTS.load(language);
  const loaded = INSPECTOR_TEXTS.in(language);
  if (!loaded) throw new Error(`no texts in ${language}`);
  return wordsIn(loaded, language);
}

describe('formats', () => {
  it('name the day of a moment unless that is today', () => {
    const { formats } = ENGLISH;
    expect(formats.moment(Date.now())).toMatch(/^today, \d/);
    expect(formats.moment(new Date(2020, 2, 4, 15, 6).getTime())).toMatch(/^Mar 4, 2020, 3:06/);
  });

  it.each([
    ['en', ['1st', '2nd', '3rd', '4th', '1,011th', '21st']],
    ['fr', ['1er', '2e', '3e', '4e', '1\u202f011e', '21e']],
    ['de-AT', ['Platz 1', 'Platz 2', 'Platz 3', 'Platz 4', 'Platz 1011', 'Platz 21']],
  ])('name a place as the language %s does', async (language, names) => {
    const { formats } = await wordsOf(language);
    const places = [1, 2, 3, 4, 1011, 21].map(formats.place);
    expect(places.map((place) => place.replace('\u00a0', ''))).toEqual(names);
  });
});

describe('texts', () => {
  it('are English for a language without texts, with its numbers', () => {
    expect(INSPECTOR_TEXTS.in('it')?.texts).toBe(ENGLISH_INSPECTOR.texts);
    const words = wordsIn(ENGLISH_INSPECTOR, 'it');
    expect(words.formats.count(12_345)).toBe('12.345');
    expect(words.formats.place(2)).toBe('2nd');
  });

  it('use the form of one thing where the language does', async () => {
    expect(ENGLISH.counted(ENGLISH_INSPECTOR.texts.learned.learned, 1)).toBe('1 choice');
    expect(ENGLISH.counted(ENGLISH_INSPECTOR.texts.learned.learned, 0)).toBe('0 choices');
    const { texts, counted } = await wordsOf('de');
    expect(counted(texts.timeline.wouldLose, 1)).toBe('Das Profil verlöre die Wahl seitdem.');
  });

  it('isolate listed names in Arabic', async () => {
    expect(ENGLISH.formats.listed(['a', 'b', 'c'])).toBe('a, b, and c');
    expect((await wordsOf('ar')).formats.listed(['a', 'b'])).toBe('\u2068a\u2069 و\u2068b\u2069');
  });

  it('join sentences with a space, except in Japanese', async () => {
    expect(ENGLISH.joined(['One.', 'Two.'])).toBe('One. Two.');
    expect((await wordsOf('ja')).joined(['一。', '二。'])).toBe('一。二。');
  });
});

describe('parts', () => {
  it('have a name for every term of the score', () => {
    const names = TERMS.map((term) => ENGLISH_INSPECTOR.texts.parts[term] ?? '');
    expect(new Set(names).size).toBe(TERMS.length);
    for (const [n, name] of names.entries()) expect(name.split(' ').length, TERMS[n]).toBeGreaterThan(1);
  });
});

/** The texts of a language by path: `why.place`. */
async function textsByPath(language: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const visit = (value: object, path: string[]): void => {
    for (const [key, part] of Object.entries(value)) {
      if (typeof part === 'string') found.set([...path, key].join('.'), part);
      // Each language has its own forms.
      else if (key !== 'place' || path.length > 0) visit(part, [...path, key]);
    }
  };
  visit((await wordsOf(language)).texts, []);
  return found;
}

const placeholders = (text: string): string[] => (text.match(/\{\w*\}/g) ?? []).toSorted();

describe.each(LABEL_LANGUAGES)('the texts in %s', (language) => {
  it('have the same keys and placeholders as English, and no empty text', async () => {
    const [texts, english] = await Promise.all([textsByPath(language), textsByPath('en')]);
    const expected = expectedTexts(english, texts);
    expect((await wordsOf(language)).language).toBe(labelLanguage(language));
    expect([...texts.keys()].toSorted()).toEqual([...expected.keys()].toSorted());
    for (const [key, text] of texts) {
      expect([key, ...placeholders(text)]).toEqual([key, ...placeholders(expected.get(key) ?? '')]);
      expect([key, text.trim()]).toEqual([key, text]);
      expect(text).not.toBe('');
    }
  });

  it('isolate names in right-to-left languages', async () => {
    const rightToLeft = new Intl.Locale(language).maximize().script === 'Arab';
    for (const [key, text] of await textsByPath(language)) {
      const names = text.match(/.?\{(title|category|name|day|moment)\}.?/g) ?? [];
      for (const name of names) expect([key, /^\u2068.*\u2069$/.test(name)]).toEqual([key, rightToLeft]);
    }
  });
});
