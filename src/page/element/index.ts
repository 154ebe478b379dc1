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
export type { BundleLabels, CardLabels, ListLabels, RecsLabels } from './recs/labels';
export { type SharedKey, sharedRecommender } from './recs/page-lists';
export { SidestreamRecs } from './recs/sidestream-recs';
