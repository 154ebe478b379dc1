// What a page needs once the first list is there, and not before.
export { ImpressionBatch } from './impression-batch';
export { watchRest } from './rest';
