/** The recommender without elements, for lists of a shop's own: lit is not loaded. */
export {
  bundleAddress,
  coreOf,
  createRecommender,
  type EraseOptions,
  eraseDevice,
  setWorkerUrl,
} from './client';
export { ERROR_CODES, type ErrorCode, type SerializedError, SidestreamError } from './error';
export type * from './protocol/api';
export type * from './protocol/inspection';
