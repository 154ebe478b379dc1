import { connect, type Recommender, type RecommenderOptions } from './runtime';

export type {
  BrowseRequest,
  BrowseResponse,
  Consent,
  Counts,
  EventType,
  Experiment,
  Item,
  ItemInput,
  Metrics,
  MetricsRow,
  NewItem,
  Placement,
  Progress,
  Recommendation,
  Recommender,
  RecommenderEvents,
  RecommenderOptions,
  RecommendRequest,
  RecommendResponse,
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
