/**
 * The exports of `sidestream.js`, all of which a page without a bundler loads. Code that such a page does not need, such as
 * the list of error codes, is only in the package.
 */

export { type ErrorCode, type SerializedError, SidestreamError } from './error';
export { createRecommender, type EraseOptions, eraseDevice, setWorkerUrl } from './page/client';
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
} from './page/element';
