/** Door for code that builds and checks bundles: too heavy for a page, which never needs it. */
export { type FeedFormat, FORMAT_NAMES } from './feed-format';
export { type FeedMapping, parseFeedMapping } from './feed-mapping';
export { type FeedOptions, type FeedRow, type FeedSource, feedRows } from './feed-rows';
export { inventory, publishedNames } from './inventory';
export { verifyBundle } from './verify-bundle';
