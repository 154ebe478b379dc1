export { separatorOf } from './feed-format';
export { type FeedMapping, parseFeedMapping } from './feed-mapping';
export type { TextChunks } from './feed-record';
export { type FeedRow, type FeedSource, feedRows, parsedRows } from './feed-rows';
export { feedLines, peekText } from './feed-text';
export { fileText, unpacked } from './file-text';
export { tableRows } from './read-delimited';
export { type FeedOffer, recordOffer } from './record-item';
