export type { Item, ItemInput } from './catalog/item';
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
export type { Counts } from './experiment/counters';
export type { Experiment, Variant } from './experiment/experiment';
export type { Metrics, MetricsRow } from './experiment/metrics';
export type { EventType } from './learner/event';
export type { Placement, Source } from './ranking/placement';
export type { Filter, FilterCondition, FilterField, FilterValue } from './ranking/rules/filter';
export type { CategoryCap, Pin, Push, Rules } from './ranking/rules/rules';
export type {
  BrowseRequest,
  BrowseResponse,
  CallOptions,
  Consent,
  Explanation,
  NewItem,
  Progress,
  Recommendation,
  Recommender,
  RecommenderEvents,
  RecommenderOptions,
  RecommendRequest,
  RecommendResponse,
  Snapshot,
  Status,
  TrackDetails,
} from './runtime/api';
export { createRecommender } from './runtime/create-recommender';
export type { Encryption } from './store/encryption';
