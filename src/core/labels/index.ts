export type { BundleTexts, FindTexts, PageTexts, PickTexts, ReasonTexts } from './labels';
export { fill, type LabelLanguage, labelLanguage, loadLabels } from './languages';
export { ENGLISH, ENGLISH_REASONS } from './locales/en';
