/** The recommender without elements, for a shop's own lists: lit is not loaded. */

export type * from './device/protocol/api';
export type * from './device/protocol/inspection';
export { ERROR_CODES, type ErrorCode, type SerializedError, SidestreamError } from './error';
export {
  bundleAddress,
  coreOf,
  createRecommender,
  type EraseOptions,
  eraseDevice,
  setWorkerUrl,
} from './page/client';
