export type { Counted, PageTexts, ReasonTexts, Text, Translated } from './labels';
export { fill, formOf, type LabelLanguage, type LateLanguage, labelLanguage, loadLabels } from './languages';
export { ENGLISH, ENGLISH_REASONS } from './locales/en';
