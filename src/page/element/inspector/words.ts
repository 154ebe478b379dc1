import { type Counted, fill, formOf, type LabelLanguage, type LateLanguage } from '../../../core/labels';
import type { Status } from '../../../device/protocol';
import { LateTexts } from '../labels';
import { ENGLISH_TEXTS, type InspectorTexts } from './texts/locales/en';

/** Languages other than English, each with its file: only an inspector in this language loads it. */
const FILES = {
  ja: () => import('./texts/locales/ja'),
  de: () => import('./texts/locales/de'),
  fr: () => import('./texts/locales/fr'),
  es: () => import('./texts/locales/es'),
  ar: () => import('./texts/locales/ar'),
} satisfies Record<LateLanguage, () => Promise<{ default: InspectorTexts }>>;

export interface LoadedTexts {
  texts: InspectorTexts;
  language: LabelLanguage;
}

export const ENGLISH_INSPECTOR: LoadedTexts = { texts: ENGLISH_TEXTS, language: 'en' };

export const INSPECTOR_TEXTS = new LateTexts<LoadedTexts>(ENGLISH_INSPECTOR, async (language) => ({
  texts: (await FILES[language]()).default,
  language,
}));

/**
 * The words of the inspector in one language, with their numbers.
 * @param language of the numbers and times. Default: the browser's
 */
export function wordsIn({ texts, language: words }: LoadedTexts, language?: string) {
  const numbers = (options?: Intl.NumberFormatOptions): ((value: number) => string) =>
    new Intl.NumberFormat(language, options).format;
  const times = (options: Intl.DateTimeFormatOptions): ((time: number) => string) =>
    new Intl.DateTimeFormat(language, options).format;
  const count = numbers();
  const dayAndTime = times({ dateStyle: 'medium', timeStyle: 'short' });
  const hour = times({ timeStyle: 'short' });
  const ordinals = new Intl.PluralRules(words, { type: 'ordinal' });
  const plural = new Intl.PluralRules(words);
  const list = new Intl.ListFormat(words);
  return {
    texts,
    language: words,
    formats: {
      count,
      signed: numbers({ signDisplay: 'exceptZero', minimumFractionDigits: 2, maximumFractionDigits: 2 }),
      percent: numbers({ style: 'percent' }),
      day: times({ dateStyle: 'medium' }),
      /** Day and time; only the time if it is today. */
      moment(time: number): string {
        const today = new Date(time).toDateString() === new Date().toDateString();
        return today ? fill(texts.today, { time: hour(time) }) : dayAndTime(time);
      },
      /** A position in a list: "2nd". */
      place: (place: number): string =>
        fill(texts.place[ordinals.select(place)] ?? texts.place.other, { place: count(place) }),
      /** Lists words as a sentence does: "a, b and c". */
      listed: (names: readonly string[]): string =>
        // Latin names would otherwise be put in order from left to right, with the conjunction between them.
        list.format(words === 'ar' ? names.map((name) => `\u2068${name}\u2069`) : names),
    },
    /** A text about a number, which it contains as `{count}`. @param values of its other placeholders */
    counted: (text: Counted, value: number, values: Readonly<Record<string, string>> = {}): string =>
      fill(formOf(text, plural.select(value) === 'one'), { ...values, count: count(value) }),
    /** Sentences, one after another. Japanese has no spaces. */
    joined: (sentences: readonly string[]): string => sentences.join(words === 'ja' ? '' : ' '),
  };
}
export type Words = ReturnType<typeof wordsIn>;

/** Why nothing is learned; null if learning is on. */
export function whyNothing(
  { consent, learning }: Pick<Status, 'consent' | 'learning'>,
  { denied, off }: InspectorTexts,
): string | null {
  if (consent === 'denied') return denied;
  return learning ? null : off;
}
