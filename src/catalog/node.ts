/** Door for code that reads feeds: their parsers are too heavy for a page, which never needs them. */
export { type FeedFormat, FORMAT_NAMES } from './feed-format';
export { type FeedMapping, parseFeedMapping } from './feed-mapping';
export { type FeedOptions, type FeedRow, type FeedSource, feedRows } from './feed-rows';
