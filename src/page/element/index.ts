export { formatPrice } from '../../core/card';
export { languageOf } from './dom';
export type {
  RecsAddToCartDetail,
  RecsClickDetail,
  RecsErrorDetail,
  RecsEventDetails,
  RecsRenderDetail,
  SidestreamRecsEventMap,
} from './events';
export { type SharedKey, sharedRecommender } from './list/shared-recommender';
export type { BundleLabels, CardLabels, ListLabels, RecsLabels } from './recs/labels';
export { SidestreamRecs } from './recs/sidestream-recs';
