export type { Item, ItemInput } from '../catalog/item';
export type { Counts } from '../experiment/counters';
export type { Experiment, Variant } from '../experiment/experiment';
export type { Metrics, MetricsRow } from '../experiment/metrics';
export type { EventType } from '../learner/event';
export type { Placement, Source } from '../ranking/placement';
export type { Filter, FilterCondition, FilterField, FilterValue } from '../ranking/rules/filter';
export type { CategoryCap, Pin, Push, Rules } from '../ranking/rules/rules';
export type { Encryption } from '../store/encryption';
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
} from './api';
export { bundleAddress, createRecommender } from './create-recommender';
export { coreOf } from './handle';
