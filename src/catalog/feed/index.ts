export { type FeedMapping, parseFeedMapping } from './feed-mapping';
export { type FeedRow, type FeedSource, feedRows } from './feed-rows';
export { feedLines } from './feed-text';
