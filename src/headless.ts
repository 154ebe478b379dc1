/** The recommender without elements, for lists of a shop's own: lit is not loaded. */
export { ERROR_CODES, type ErrorCode, type SerializedError, SidestreamError } from './error';
export * from './recommender';
