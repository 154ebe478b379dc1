import { connect, type Recommender, type RecommenderOptions } from './runtime';

export type {
  BrowseRequest,
  BrowseResponse,
  CallOptions,
  CategoryCap,
  Consent,
  Counts,
  EventType,
  Experiment,
  Explanation,
  Filter,
  FilterCondition,
  FilterField,
  FilterValue,
  Item,
  ItemInput,
  Metrics,
  MetricsRow,
  NewItem,
  Pin,
  Placement,
  Progress,
  Push,
  Recommendation,
  Recommender,
  RecommenderEvents,
  RecommenderOptions,
  RecommendRequest,
  RecommendResponse,
  Rules,
  Snapshot,
  Source,
  Status,
  TrackDetails,
  Variant,
} from './runtime';

/**
 * Starts a recommender: a worker that loads the bundle, ranks, and learns. Resolves when the first list can be asked
 * for.
 * @throws SidestreamError `bundle/*` when the bundle cannot be read, `runtime/worker-crashed` when the worker dies
 */
export function createRecommender(options: RecommenderOptions): Promise<Recommender> {
  return connect(options);
}
