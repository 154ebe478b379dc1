export { columnsOf, rowTrack } from './columns';
export { canonical, formatPrice, numberFormat } from './price';
export { itemHref, safeHref, safeImage } from './safe-url';
