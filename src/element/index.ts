export type {
  RecsClickDetail,
  RecsErrorDetail,
  RecsEventDetails,
  RecsRenderDetail,
  SidestreamRecsEventMap,
} from './events';
export type { RecsLabels } from './labels';
export { formatPrice, languageOf } from './price';
export { type SharedKey, sharedRecommender } from './shared';
export { SidestreamRecs } from './sidestream-recs';
