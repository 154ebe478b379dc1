/**
 * What `sidestream.js` exports to a page without a bundler, which loads all of it. What such a page does not need, as the list of
 * error codes, is only in the package.
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
