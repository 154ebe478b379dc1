export { languageOf } from './dom';
export type {
  RecsAddToCartDetail,
  RecsClickDetail,
  RecsErrorDetail,
  RecsEventDetails,
  RecsRenderDetail,
  SidestreamRecsEventMap,
} from './events';
export { formatPrice } from './price';
export type { BundleLabels, CardLabels, ListLabels, RecsLabels } from './recs/labels';
export { type SharedKey, sharedRecommender } from './recs/page-lists';
export { SidestreamRecs } from './recs/sidestream-recs';
