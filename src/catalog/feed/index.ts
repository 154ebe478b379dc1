export { type FeedMapping, parseFeedMapping } from './feed-mapping';
export { type FeedRow, type FeedSource, feedRows, parsedRows } from './feed-rows';
export { feedLines } from './feed-text';
export { type FeedOffer, recordOffer } from './record-offer';
