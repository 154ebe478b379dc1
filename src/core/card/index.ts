export { columnsOf, rowTrack } from './columns';
export { canonical, formatPrice } from './price';
export { itemHref, type SafeUrls, safeHref, safeImage } from './safe-url';
