export type { RecsClickDetail, RecsErrorDetail, RecsEventDetails, RecsRenderDetail } from './events';
export { DEFAULT_LABELS, type RecsLabels } from './labels';
export { formatPrice, languageOf } from './price';
export { type SharedKey, sharedRecommender } from './shared';
export { SidestreamRecs } from './sidestream-recs';
