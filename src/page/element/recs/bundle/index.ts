/** Code of `layout="bundle"`. One late chunk. */
export { Bundle, type BundleHost } from './bundle';
