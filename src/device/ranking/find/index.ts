// Finding items by words. Loaded at a page's first search.

export { nearestToPicture, nearestToText, type QueryVector } from './nearest-items';
export { type Found, rankFound, rulesOfFind } from './rank-found';
export { sharedCategory } from './shared-category';
export { WordIndex } from './word-index';
