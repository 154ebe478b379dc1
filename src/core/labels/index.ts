export type {
  BundleTexts,
  CardTexts,
  FindTexts,
  ListTexts,
  PageTexts,
  PickTexts,
  ReasonTexts,
  Text,
} from './labels';
export { fill, type LabelLanguage, type LateLanguage, labelLanguage, loadLabels } from './languages';
export { ENGLISH, ENGLISH_REASONS } from './locales/en';
