export type {
  BrowseRequest,
  BrowseResponse,
  CallOptions,
  CategoryCap,
  Consent,
  Counts,
  Encryption,
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
 *
 * A page has one recommender per bundle and namespace: a further call joins the one there is, and so do the elements,
 * whichever comes first. Each caller has a handle with listeners and an end of its own; the last `close()` ends the worker.
 * What one caller named of `learning`, `seed`, `encrypt`, `workerUrl`, `rules` and `experiment`, others name as well or
 * leave out; another value is refused. An option that nobody named yet restarts the worker with it, with all that was
 * learned, so name options in the first call where you can. `consent` of a further call is what `consent()` is;
 * `onProgress` and `onMetric` are each caller's own.
 * @throws SidestreamError `runtime/invalid-input` when an option is missing, unknown or wrong, `bundle/*` when the bundle
 *   cannot be read, `runtime/worker-crashed` when the worker dies
 */
export { bundleAddress, coreOf, createRecommender } from './runtime';
