/** Code of `layout="bundle"`. One late chunk. */
export { Bundle } from './bundle';
