import type { Counted, Labels } from './labels';

/** Languages other than English, each with its file, which is loaded when a text is shown in it. */
const FILES = {
  ja: () => import('./locales/ja'),
  de: () => import('./locales/de'),
  fr: () => import('./locales/fr'),
  es: () => import('./locales/es'),
  ar: () => import('./locales/ar'),
} satisfies Record<string, () => Promise<{ default: Labels }>>;

export type LateLanguage = keyof typeof FILES;
export type LabelLanguage = 'en' | LateLanguage;

const isLate = (code: string): code is LateLanguage => Object.hasOwn(FILES, code);

/**
 * The language of the texts for a tag such as `de-AT`, `AR` or `fr_CA`, of which only the first part counts; English for one that
 * has no texts.
 */
export function labelLanguage(tag: string): LabelLanguage {
  const code = tag.replace(/[-_].*/s, '').toLowerCase();
  return isLate(code) ? code : 'en';
}

/** Loads the texts of a language. Rejects if its file cannot be loaded. */
export const loadLabels = async (language: LateLanguage): Promise<Labels> => (await FILES[language]()).default;

/**
 * Replaces the placeholders of a text. Inserted values are not scanned again, so a title may contain `{price}` or `$&`.
 * @param values by placeholder; a placeholder without a value stays as it is
 */
export const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);

/** The form of a text about a number. */
export const formOf = (text: Counted, isOne: boolean): string =>
  typeof text === 'string' ? text : isOne ? text.one : text.other;
