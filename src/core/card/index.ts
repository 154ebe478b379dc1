export { columnsOf, rowTrack } from './columns';
export { canonical, formatPrice } from './price';
export { itemHref, safeHref, safeImage } from './safe-url';
