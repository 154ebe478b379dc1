import {
  type Counted,
  ENGLISH,
  fill,
  formOf,
  type LabelLanguage,
  type LateLanguage,
  loadLabels,
  type PageTexts,
} from '../../../core/labels';
import type { EncoderRun, ItemInspection, Status } from '../../../device/protocol';
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
  headings: PageTexts['list']['headings'];
  language: LabelLanguage;
}

export const ENGLISH_INSPECTOR: LoadedTexts = { texts: ENGLISH_TEXTS, headings: ENGLISH.list.headings, language: 'en' };

export const INSPECTOR_TEXTS = new LateTexts<LoadedTexts>(ENGLISH_INSPECTOR, async (language) => {
  const [{ default: texts }, { list }] = await Promise.all([FILES[language](), loadLabels(language)]);
  return { texts, headings: list.headings, language };
});

/** Formats of numbers and times in the language of the page, and of the words around them. */
export function formatsIn({ texts, language: words }: LoadedTexts, language?: string) {
  const numbers = (options?: Intl.NumberFormatOptions): ((value: number) => string) =>
    new Intl.NumberFormat(language, options).format;
  const times = (options: Intl.DateTimeFormatOptions): ((time: number) => string) =>
    new Intl.DateTimeFormat(language, options).format;
  const count = numbers();
  const fine = numbers({ maximumFractionDigits: 1 });
  const day = times({ dateStyle: 'medium' });
  const dayAndTime = times({ dateStyle: 'medium', timeStyle: 'short' });
  const hour = times({ timeStyle: 'short' });
  const ordinals = new Intl.PluralRules(words, { type: 'ordinal' });
  const list = new Intl.ListFormat(words);
  const enumeration = new Intl.ListFormat(words, { type: 'unit', style: 'short' });
  return {
    count,
    /** With one decimal. */
    fine,
    signed: numbers({ signDisplay: 'exceptZero', minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    percent: numbers({ style: 'percent' }),
    day,
    /** Day and time; only the time if it is today. */
    moment(time: number): string {
      const today = new Date(time).toDateString() === new Date().toDateString();
      return today ? fill(texts.today, { time: hour(time) }) : dayAndTime(time);
    },
    /** The day of the first moment to the day and time of the last; the last alone if both are of one day. */
    moments(first: number, last: number): string {
      const oneDay = new Date(first).toDateString() === new Date(last).toDateString();
      return oneDay ? this.moment(last) : `${day(first)} – ${this.moment(last)}`;
    },
    bytes(value: number): string {
      if (value < 1000) return `${count(value)} B`;
      return value < 1e6 ? `${fine(value / 1000)} kB` : `${fine(value / 1e6)} MB`;
    },
    /** A position in a list: "2nd". */
    place: (place: number): string =>
      fill(texts.place[ordinals.select(place)] ?? texts.place.other, { place: count(place) }),
    /** Lists words as a sentence does: "a, b and c". */
    listed: (names: readonly string[]): string =>
      // Latin names would otherwise be put in order from left to right, with the conjunction between them.
      list.format(words === 'ar' ? names.map((name) => `\u2068${name}\u2069`) : names),
    /** Phrases separated by commas, as a sentence. */
    enumerated: (phrases: readonly string[]): string => fill(texts.sentence, { words: enumeration.format(phrases) }),
  };
}

/**
 * The words of the inspector in one language, with their numbers.
 * @param language of the numbers and times. Default: the browser's
 */
export function wordsIn(loaded: LoadedTexts, language?: string) {
  const formats = formatsIn(loaded, language);
  const plural = new Intl.PluralRules(loaded.language);
  return {
    ...loaded,
    formats,
    /** A text about a number, which it contains as `{count}`. @param values of its other placeholders */
    counted: (text: Counted, count: number, values: Readonly<Record<string, string>> = {}): string =>
      fill(formOf(text, plural.select(count) === 'one'), { ...values, count: formats.count(count) }),
    /** Sentences, one after another. Japanese has no spaces. */
    joined: (sentences: readonly string[]): string => sentences.join(loaded.language === 'ja' ? '' : ' '),
  };
}
export type Words = ReturnType<typeof wordsIn>;

/** Name of a part of the score; the name in the code if there is no other. */
export const partName = ({ parts }: InspectorTexts, name: string): string => parts[name] ?? name;

/** Why nothing is learned; null if learning is on. */
export function whyNothing(
  { consent, learning }: Pick<Status, 'consent' | 'learning'>,
  { denied, off }: InspectorTexts,
): string | null {
  if (consent === 'denied') return denied;
  return learning ? null : off;
}

/** An encoder's last run: its name, where, why not on a GPU, and for how long. */
export function runWords({ encoder, backend, reason, milliseconds }: EncoderRun, { count }: Words['formats']): string {
  const place = backend === 'webgpu' ? 'WebGPU' : 'wasm';
  return `${encoder}, ${place}${reason === null ? '' : ` (${reason})`}, ${count(milliseconds)} ms`;
}

/** Backends of the encoders and the learner, in one line. */
export function backendWords({ runs, learner }: Status['backend'], { texts, formats }: Words): string {
  const { facts } = texts;
  return fill(facts.backend, {
    encoders: runs.length === 0 ? facts.noEncoder : runs.map((run) => runWords(run, formats)).join('; '),
    learner: learner === 'wasm' ? 'wasm' : 'JavaScript',
  });
}

/** A place, and "still" before it if it is the present one. */
export function placeText(
  { texts, formats }: Words,
  found: Pick<ItemInspection, 'place'>,
  place: number | null,
): string {
  if (place === null) return '–';
  const words = formats.place(place);
  return place === found.place ? fill(texts.why.still, { place: words }) : words;
}
