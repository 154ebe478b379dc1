// What a page needs once the first list is there, and not before.

export { watchRest } from './idle-watch';
export { ImpressionBatch } from './impression-batch';
