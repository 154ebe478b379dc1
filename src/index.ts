export { createRecommender } from './client';
export {
  formatPrice,
  type RecsClickDetail,
  type RecsErrorDetail,
  type RecsLabels,
  type RecsRenderDetail,
  SidestreamRecs,
  type SidestreamRecsEventMap,
} from './element';
export { ERROR_CODES, type ErrorCode, type SerializedError, SidestreamError } from './error';
export type * from './protocol/api';
