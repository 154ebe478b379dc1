export { firstTexts, localeFor, marketFor } from './bundle-locales';
export { decodeTexts, type ItemText, itemTextOf, type Shown, shownItem } from './item-text';
export { localeSchema } from './locale-tag';
