// One chunk with the code that a page needs only after the first list.

export { ImpressionBatch } from './impression-batch';
export { watchPage } from './watch-page';
