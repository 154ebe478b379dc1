export { fill } from './fill';
export type { BundleTexts, Labels, PageTexts, PickTexts, ReasonTexts } from './labels';
export { LABEL_LANGUAGES, type LabelLanguage, type LateLanguage, labelLanguage, loadLabels } from './languages';
export { ENGLISH, ENGLISH_REASONS } from './locales/en';
