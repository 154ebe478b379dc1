import { type LabelLanguage, type LateLanguage, labelLanguage } from '../../../../core/labels';
import { ENGLISH_TEXTS } from './locales/en';
import type { InspectorTexts } from './texts';

export { ENGLISH_TEXTS } from './locales/en';
export type { FactName, InspectorTexts, PresentState } from './texts';

/** Languages other than English, each with its file: only an inspector in this language loads it. */
const FILES = {
  ja: () => import('./locales/ja'),
  de: () => import('./locales/de'),
  fr: () => import('./locales/fr'),
  es: () => import('./locales/es'),
  ar: () => import('./locales/ar'),
} satisfies Record<LateLanguage, () => Promise<{ default: InspectorTexts }>>;

/** Texts and the language that they are in. */
export interface LoadedTexts {
  texts: InspectorTexts;
  language: LabelLanguage;
}

const ENGLISH: LoadedTexts = { texts: ENGLISH_TEXTS, language: 'en' };
const loaded = new Map<LabelLanguage, LoadedTexts>([['en', ENGLISH]]);

const codeOf = (language = globalThis.navigator?.language ?? ''): LabelLanguage => labelLanguage(language);

/**
 * The texts for a language, by the first part of its tag; English for a language without texts.
 * @param language default: the browser's
 * @returns null until they are loaded
 */
export const textsIn = (language?: string): LoadedTexts | null => loaded.get(codeOf(language)) ?? null;

/** Loads the texts for a language. If their file cannot be loaded, they are English from then on, and it rejects. */
export async function loadTexts(language?: string): Promise<void> {
  const code = codeOf(language);
  if (code === 'en') return;
  try {
    loaded.set(code, { texts: (await FILES[code]()).default, language: code });
  } catch (thrown) {
    loaded.set(code, ENGLISH);
    throw thrown;
  }
}
