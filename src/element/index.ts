export type {
  RecsClickDetail,
  RecsErrorDetail,
  RecsEventDetails,
  RecsRenderDetail,
  SidestreamRecsEventMap,
} from './events';
export { formatPrice, languageOf } from './price';
export type { RecsLabels } from './recs/labels';
export { type SharedKey, sharedRecommender } from './recs/shared';
export { SidestreamRecs } from './recs/sidestream-recs';
