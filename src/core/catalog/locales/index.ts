export { firstTexts, localeFor, marketFor } from './bundle-locales';
export { type ItemText, itemTextOf, type Shown, shownItem } from './item-text';
export { localeSchema } from './locale-tag';
export { decodeTexts } from './text-shard';
