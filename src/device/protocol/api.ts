import type { Item, ItemInput, Offer } from '../../core/catalog';
import type { EventType } from '../../core/events';
import type { SidestreamError } from '../../error';
import type { Counts, Experiment, Metrics, OperatingFigures, VisitorReport } from '../experiment';
import type { Hints, Rules } from '../ranking';
import type { Encryption } from '../store';
import type { InspectionAnswers, InspectionSubjects } from './inspection';
import type {
  BrowseRequest,
  BrowseResponse,
  CategoriesRequest,
  CategoryCount,
  Explanation,
  FindRequest,
  FindResponse,
  Product,
  ProductsRequest,
  RecommendRequest,
  RecommendResponse,
  RerankOptions,
  RerankResponse,
  RowsRequest,
  RowsResponse,
  SegmentsRequest,
  SegmentsResponse,
} from './lists';
import type { Consent, ImportResult, Snapshot, Status, TrackDetails } from './profile';

export type { Item, ItemInput, Offer } from '../../core/catalog';
export type { EventType } from '../../core/events';
export type {
  Counts,
  Experiment,
  MetricLine,
  Metrics,
  MetricsRow,
  Moments,
  OperatingFigures,
  Variant,
  VisitorReport,
  VisitorSums,
} from '../experiment';
export type {
  CategoryCap,
  ExpertState,
  Filter,
  FilterCondition,
  FilterField,
  FilterValue,
  Hints,
  HintValue,
  Pin,
  Placement,
  PriceRange,
  Push,
  Rules,
  SetField,
  SetRule,
  Source,
  TermName,
} from '../ranking';
export type { Encryption } from '../store';
export type * from './lists';
export type * from './profile';

/** Result of `catalog.updateOffers()`. */
export interface OfferUpdate {
  /** Number of loaded items whose price or stock changed. */
  changed: number;
  /**
   * Ids that the catalogue lacks; they were ignored. Empty for a catalogue too large to load as a whole, because their items
   * may be loaded later.
   */
  unknown: string[];
}

/** A product that this device adds to its own catalogue. */
export type NewItem = Omit<ItemInput, 'id' | 'image'> & {
  /** Must not be an id of the shop's catalogue. Default: a generated id. */
  id?: string;
  /** The picture; encoded and kept on this device. */
  image?: Blob;
};

/** Progress of a long task. `total` is 0 while unknown. */
export interface Progress {
  stage: 'bundle' | 'encoders' | 'encode' | 'merge';
  loaded: number;
  total: number;
}

/** Events of a recommender, by name. */
export interface RecommenderEvents {
  /** The profile or the catalogue changed: fetch lists again. */
  change: Status;
  progress: Progress;
  error: SidestreamError;
}

/** How to start a recommender. */
export interface RecommenderOptions {
  /** Address of the bundle folder, relative to the page. */
  bundle: string;
  /**
   * Default: `granted` if this shop's profile is on this device, else `pending`. With `pending`, a profile on the
   * device is neither read nor deleted until the shopper answers, which suits shops with a consent tool.
   */
  consent?: Consent;
  /**
   * Separates profiles of shops on one origin, 1 to 256 characters. Default `default`. A page uses one bundle per namespace:
   * a second one is rejected with `runtime/other-bundle`.
   */
  namespace?: string;
  /** Default true. False: events are recorded and available to rules, but nothing is learned and lists are not personal. */
  learning?: boolean;
  /** Encryption of the data on this device, see `Encryption`. Needs https. Default false. */
  encrypt?: Encryption;
  /**
   * Address of the package's `worker.js`, which needs the other files of its folder beside it. Set it if the worker is not
   * where the page's script looks: beside itself, or where a bundler put it. The address of the folder, with a trailing
   * slash, works too. Default: the address given to `setWorkerUrl()`, if any. A worker from another host needs `worker-src
   * blob:` in a CSP.
   */
  workerUrl?: string;
  /** The shop's rules for every list. An invalid rule is rejected with `runtime/invalid-input`. */
  rules?: Rules;
  /**
   * Called with progress from the first byte on. Same as the `progress` event, to which you can listen only after loading.
   */
  onProgress?: (progress: Progress) => void;
  /**
   * Market whose offers (prices and stock, made by `sidestream offers --market`) are used, such as `at`. If the bundle has
   * no offers of this market, the default ones are used, and an `error` event reports it. Default: the offers made without
   * `--market`.
   */
  market?: string;
  /** An A/B test that this device may take part in. An invalid one is rejected with `runtime/invalid-input`. */
  experiment?: Experiment;
  /**
   * Called with the counts of this page since the last call, by variant and placement, with this visitor's counts in the
   * experiment since the last report of any page, and with the page's operating figures since the last call. It is called at the start, within a second after a click, a cart, a
   * purchase, the first impression or the shopper's consent, every 30 seconds, when the page is hidden or left, and on `close()`; only with
   * consent `granted`, and not if all are empty. Sidestream itself sends nothing anywhere: without this hook the counters
   * stay on the device, and with it they go where the shop sends them. They contain no item, no time and no id of shopper or
   * device. Ready-made hooks: `beaconSink`, `ga4Sink` and `callbackSink` of `sidestream/adapters`. An error that a hook
   * throws becomes an `error` event with the code `runtime/not-sent`.
   */
  onMetric?: MetricHook;
}

/**
 * Receives the counts.
 * @param counts of this page, by variant and placement
 * @param visitors counts of this visitor by variant; empty without an experiment, and on a device that stores nothing, where
 *   every page would be another visitor. A visitor's report is passed again, under its key, until a call succeeds
 * @param operations how the recommender ran on this page: time to the first list, errors by code, encoders, bytes
 * @returns nothing, or a promise: a rejection becomes an `error` event
 */
export type MetricHook = (counts: Counts[], visitors: VisitorReport[], operations: OperatingFigures[]) => unknown;

/** Options of a call. */
export interface CallOptions {
  /** Aborting it rejects the call with `runtime/aborted`; the error's `cause` is the signal's reason. */
  signal?: AbortSignal;
  /** Milliseconds, above 0, after which the call rejects with `runtime/timeout`. Default: no timeout. */
  timeout?: number;
}

/** The shopper, as this device knows them: the answer about consent, the hints of this visit and the learned profile. */
export interface RecommenderProfile {
  /**
   * Sets the shopper's answer about a profile on the device. Any other value, such as a boolean, is rejected with
   * `runtime/invalid-input`. An answer counts from the moment it is given: an earlier `granted` that has not been carried
   * out yet rejects with `store/forgotten`. `denied` and `pending` delete the data on the device; `denied`, and `pending`
   * after `granted`, also delete the data in memory. They need neither a worker nor the bundle. They reject with
   * `store/blocked` while another page holds the database open; its content is deleted even then, and the next call tries
   * to delete the database again. `granted` rejects with `store/*` if the device cannot store a profile; everything then
   * stays in memory, and the next call tries again.
   */
  consent(level: Consent): Promise<void>;
  /**
   * Sets what the shopper is looking for, for all lists of this page that do not pass their own hints: an object, or its
   * JSON text; `{}` clears the hints. Lists change at once. Hints stay in memory until the page is left, `forget()` is
   * called or the shopper denies consent; while consent is denied they have no effect. Rejects with `runtime/invalid-input`,
   * naming the field, and then changes nothing. Without hints of the page, what `find()` found last is a weak hint.
   */
  setHints(hints: Hints | string): Promise<void>;
  /** Snapshots of the profile, one per window, oldest first; the last 12 are kept. */
  snapshots(): Promise<Snapshot[]>;
  /** Restores a snapshot; later events and snapshots are deleted. Rejects with `store/unknown-snapshot`. */
  rollback(id: number): Promise<void>;
  /**
   * Exports the profile and the events it was learned from as a file, encrypted if you pass a passphrase. The file contains
   * each event's type, item, time and order.
   */
  export(passphrase?: string): Promise<Blob>;
  /**
   * Replaces the profile with an exported one. Rejects with `store/corrupt`, `store/wrong-key`, `store/newer-schema` or
   * `store/forgotten`; nothing changes then.
   * @param passphrase of the file, if it is encrypted
   */
  import(file: Blob, passphrase?: string): Promise<ImportResult>;
  /**
   * Merges an exported profile into the one on this device: the events of both devices are learned again from the start, in
   * order of time, as if they had all come from one device; a snapshot of the previous profile is kept. The event `progress`
   * with stage `merge` counts the events done. Rejects like `import()`, and with `runtime/unknown-item` for a file from
   * another shop; nothing changes then.
   * @param passphrase of the file, if it is encrypted
   */
  merge(file: Blob, passphrase?: string): Promise<ImportResult>;
  /** Forgets all events and everything learned from them; consent stays. */
  reset(): Promise<void>;
  /**
   * Deletes all Sidestream data on this device: profile, log, snapshots, keys. Consent becomes `pending` again in all tabs.
   * Rejects with `store/blocked`, like `consent('denied')`.
   */
  forget(): Promise<void>;
}

/** The products: the shop's, and those that this device added. */
export interface RecommenderCatalog {
  /** @param lang language of the item's texts, as for `recommend()` */
  get(id: string, lang?: string): Promise<Item | null>;
  /**
   * Products by the ids of their items, whatever the rules say of them: at present prices and stock, and with their variants.
   * @param ids at most 1,000
   * @returns in the order of the ids; ids that the catalogue lacks, or that are not loaded, are left out
   */
  products(ids: readonly string[], request?: ProductsRequest): Promise<Product[]>;
  browse(request?: BrowseRequest): Promise<BrowseResponse>;
  /**
   * Category paths with their number of items, in catalogue order; for a catalogue too large to load as a whole, also
   * broader categories, with all items below them.
   */
  categories(request?: CategoriesRequest): Promise<CategoryCount[]>;
  /** Encodes the text and picture on this device and adds the item to the local catalogue. */
  insert(item: NewItem): Promise<Item>;
  /**
   * Changes prices and stock of products immediately, for shops that get them from their own API: sold-out products leave
   * every list of the page. Fields missing from an offer stay as they are; `null` means that the product has no such value
   * now. Later offers override earlier ones, and all of them override the bundle and its offers file until the page is left.
   * They also apply to items that are loaded later, and survive a crash of the worker. This is not an event: nothing is
   * learned from it. Rejects with `runtime/invalid-input`, naming offer and field, and then changes nothing.
   * @param offers at most 10,000 per call, and of at most 100,000 products altogether
   */
  updateOffers(offers: Offer[]): Promise<OfferUpdate>;
}

/** The results of the recommendations on this device. */
export interface RecommenderExperiment {
  /**
   * Impressions, clicks, carts, purchases and revenue on this device by variant and placement, and the device's variant.
   * Counted since consent was given, or, without consent, since the page was opened; `profile.reset()` sets them to zero.
   */
  metrics(): Promise<Metrics>;
}

/** The state of the recommender on this device. */
export interface RecommenderStatus {
  get(): Promise<Status>;
  /** Resolves when all events tracked so far are stored and learned, and pending saves are done. */
  settled(): Promise<void>;
  /**
   * Returns the data that `<sidestream-inspector>` shows: the learned preferences with their sources and times (`profile`),
   * the changes that a snapshot would make (`snapshot`, with its id), the reasons for an item's place (`item`, with its id),
   * a comparison of lists with and without learning (`lists`), and the size of the profile (`device`). Rejects with
   * `store/unknown-snapshot` and `runtime/unknown-item`.
   */
  inspect<Question extends keyof InspectionAnswers>(
    question: Question,
    ...about: InspectionSubjects[Question]
  ): Promise<InspectionAnswers[Question]>;
}

/**
 * The page's side of a recommender. Every method may reject with a SidestreamError: `runtime/invalid-input` for a bad
 * argument, `runtime/unknown-item` for an id the catalogue lacks, `runtime/worker-crashed` when the worker died (the
 * next call starts a new one), `runtime/closed` after `close()`.
 */
export interface Recommender {
  /** May also reject with `runtime/aborted` or `runtime/timeout`, as its options say. */
  recommend(request?: RecommendRequest, options?: CallOptions): Promise<RecommendResponse>;
  /**
   * Plans rows of lists for this shopper, each with a reason: items similar to one that the shopper chose, more of a preferred
   * brand or category, new items, items to buy again, and popular ones. Rows are ordered by the mean `for-you` score of their
   * first items, no product is in two rows, and a row with fewer than 3 products is left out, except products to buy again. In a
   * catalogue too large to load as a whole, only the items loaded at present count.
   */
  recommendRows(request?: RowsRequest): Promise<RowsResponse>;
  /**
   * Ranks segments of the catalogue for this shopper, such as "brands for you", by the score of `for-you`, with a few items
   * of each. In a catalogue too large to load as a whole, only the items loaded at present count.
   */
  recommendSegments(request: SegmentsRequest): Promise<SegmentsResponse>;
  /**
   * Orders one of the shop's own lists, such as search results, for this shopper. No id is left out or added. An id that the
   * catalogue lacks keeps its place; so does every copy of an id after the first. Without a history, with `consent` denied,
   * or under a variant without learning, nothing personal is known, and the order is the shop's except for pins. In a
   * catalogue too large to load as a whole, the first 48 ids are loaded beforehand, as far as they lie in 10 shards; ids
   * that are not loaded keep their place.
   *
   * May also reject with `runtime/aborted` or `runtime/timeout`.
   * @param ids in the shop's order; at most 10,000
   */
  rerank(ids: readonly string[], options?: RerankOptions, call?: CallOptions): Promise<RerankResponse>;
  /**
   * Finds items by words, as the shopper types them: in title, attributes, tags, category and description. The words decide; the score
   * of `for-you` orders items that have them equally. If no item has all words, items with most of them are found. If no item has any, the
   * text encoder is loaded, and the items nearest in meaning are found, if the text is nearer to them than random words are; if the
   * encoder cannot be loaded, an `error` event reports it, and nothing is found. With `meaning`, the encoder is also loaded if no item has
   * all words as they are, and both are mixed. A bundle without encoders is searched by words only. The shop's rules `filter`,
   * `excludeOutOfStock`, `variants`, `boost`, `bury` and `coldStart` apply; items that the shopper bought, has in the cart or dismissed
   * are found unless a rule excludes them explicitly. The category of what was found by words is a
   * weak hint for `for-you` in this visit, see `profile.setHints()`. In a catalogue too large to load as a whole, only the items loaded at
   * present are searched.
   *
   * May also reject with `runtime/aborted` or `runtime/timeout`. A search that is aborted while the shopper types loads no encoder.
   */
  find(request: FindRequest, options?: CallOptions): Promise<FindResponse>;
  /**
   * Explains the score of an item in the list of a request, whether the list shows it or not.
   * @param request as for `recommend()`
   */
  explain(itemId: string, request?: RecommendRequest): Promise<Explanation>;
  /**
   * Resolves when the event is on disk (consent granted) or in memory (pending). With `denied` it resolves at once and
   * stores nothing. Learning happens afterwards and cannot reject the call; lists requested later reflect the event.
   * `status.settled()` waits for both. Rejects with `store/full` or `store/unavailable` when the event could not be stored, and
   * with `runtime/unknown-item` for an id that the catalogue lacks. In a catalogue too large to load as a whole, such an
   * event is stored but not learned, and an `error` event reports it.
   */
  track(type: EventType, itemId: string, details?: TrackDetails): Promise<void>;
  readonly profile: RecommenderProfile;
  readonly catalog: RecommenderCatalog;
  readonly experiment: RecommenderExperiment;
  readonly status: RecommenderStatus;
  on<K extends keyof RecommenderEvents>(type: K, listener: (event: RecommenderEvents[K]) => void): () => void;
  /**
   * Closes this handle after pending calls are answered. Later calls reject with `runtime/closed`; so does adding an item
   * that is still in progress. Other handles of the same bundle and namespace keep working; the last one saves and ends the
   * worker, within 10 seconds. Repeated calls do nothing.
   */
  close(): Promise<void>;
}
