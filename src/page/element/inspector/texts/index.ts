import { ENGLISH, type LabelLanguage, type LateLanguage, loadLabels, type PageTexts } from '../../../../core/labels';
import { LateTexts } from '../../labels';
import { ENGLISH_TEXTS, type InspectorTexts } from './locales/en';

export type { FactName, InspectorTexts, PresentState } from './locales/en';

/** Languages other than English, each with its file: only an inspector in this language loads it. */
const FILES = {
  ja: () => import('./locales/ja'),
  de: () => import('./locales/de'),
  fr: () => import('./locales/fr'),
  es: () => import('./locales/es'),
  ar: () => import('./locales/ar'),
} satisfies Record<LateLanguage, () => Promise<{ default: InspectorTexts }>>;

export interface LoadedTexts {
  texts: InspectorTexts;
  /** Headings of the lists, by placement. */
  headings: PageTexts['list']['headings'];
  language: LabelLanguage;
}

export const ENGLISH_INSPECTOR: LoadedTexts = { texts: ENGLISH_TEXTS, headings: ENGLISH.list.headings, language: 'en' };

export const INSPECTOR_TEXTS = new LateTexts<LoadedTexts>(ENGLISH_INSPECTOR, async (language) => {
  const [{ default: texts }, { list }] = await Promise.all([FILES[language](), loadLabels(language)]);
  return { texts, headings: list.headings, language };
});
