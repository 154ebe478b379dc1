export { fill } from './fill';
export type { Labels, PageTexts, ReasonTexts } from './labels';
export { LABEL_LANGUAGES, type LabelLanguage, type LateLanguage, labelLanguage, loadLabels } from './languages';
export { ENGLISH, ENGLISH_REASONS } from './locales/en';
