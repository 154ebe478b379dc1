export { separatorOf } from './feed-format';
export { encodingSchema, type FeedMapping, parseFeedMapping, type TextChunks } from './feed-record';
export { type FeedOptions, type FeedRow, type FeedSource, feedRows, parsedRows } from './feed-rows';
export { fileText, peekText, unpacked } from './feed-text';
export { tableRows } from './read-delimited';
export { jsonLines } from './read-json';
export { namedFields } from './record-fields';
export { type FeedOffer, recordOffer } from './record-item';
