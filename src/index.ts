export { createRecommender } from './client';
export {
  type CardLabels,
  formatPrice,
  type ListLabels,
  type RecsAddToCartDetail,
  type RecsClickDetail,
  type RecsErrorDetail,
  type RecsLabels,
  type RecsRenderDetail,
  SidestreamRecs,
  type SidestreamRecsEventMap,
} from './element';
export { ERROR_CODES, type ErrorCode, type SerializedError, SidestreamError } from './error';
export type * from './protocol/api';
export type * from './protocol/inspection';
