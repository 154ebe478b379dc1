// One chunk of code that a page needs only after the first list.

export { watchRest } from './idle-watch';
export { ImpressionBatch } from './impression-batch';
