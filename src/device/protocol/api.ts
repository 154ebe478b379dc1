import type { Item, ItemInput, Offer } from '../../core/catalog';
import type { EventDetails, EventType } from '../../core/events';
import type { SidestreamError } from '../../error';
import type {
  Counts,
  Experiment,
  MetricLine,
  Metrics,
  MetricsRow,
  Moments,
  Variant,
  VisitorReport,
  VisitorSums,
} from '../experiment';
import type {
  CategoryCap,
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
  Source,
  TermName,
} from '../ranking';
import type { Encryption } from '../store';
import type { ExpertStatus, Explanation, Recommendation, Snapshot } from './answers';
import type { InspectionAnswers, InspectionSubjects } from './inspection';

export type { ExpertContribution, ExpertStatus, Explanation, Recommendation, Snapshot } from './answers';
export type {
  CategoryCap,
  Counts,
  Encryption,
  EventType,
  Experiment,
  Filter,
  FilterCondition,
  FilterField,
  FilterValue,
  Hints,
  HintValue,
  Item,
  ItemInput,
  MetricLine,
  Metrics,
  MetricsRow,
  Moments,
  Offer,
  Pin,
  Placement,
  PriceRange,
  Push,
  Rules,
  Source,
  TermName,
  Variant,
  VisitorReport,
  VisitorSums,
};

/**
 * Consent of the shopper: `pending` keeps everything in memory, `granted` writes to IndexedDB, `denied` deletes it and
 * learns nothing. An answer in one tab holds in all open tabs of the shop.
 *
 * `session` is `pending` for a shop with several pages: what is in memory is also in the tab's sessionStorage, from which
 * the next page of the tab continues. It stores on the device before the shopper has answered, which may need a consent of
 * its own. It is no answer and holds in this tab only.
 */
export type Consent = 'pending' | 'granted' | 'denied' | 'session';

/** A request for a list. Its rules replace the shop's rules of the same names. */
export interface RecommendRequest extends Omit<Rules, 'filter'> {
  /** List only items that it fits: an object, or its JSON text. */
  filter?: Filter | string;
  /** Default `for-you`, with `cart` `complement`. */
  placement?: Placement;
  /**
   * The item being looked at, or a list of 1 to 100 of them, such as those of a cart page; none of them is listed. `similar`
   * and `complement` need it, or `cart`. Of a list, ids that the catalogue lacks are left out, unless it lacks all.
   */
  itemId?: string | readonly string[];
  /**
   * Whether what is in the shopper's cart, by the events `cart`, `uncart` and `purchase` of all tabs, is in view, too: the
   * last 100 items. While there are none, and no `itemId`, `similar` and `complement` are empty. Default false.
   */
  cart?: boolean;
  /** Default 8, at most 100. */
  limit?: number;
  /** Ids of items already in view, which are not returned; at most 10,000. */
  exclude?: string[];
  /**
   * Language of reasons and items, as a tag: `de-AT`. Default: that of the page, `<html lang>`. There are reasons in en, ja, de,
   * fr, es and ar, for all others in en; items are in the languages that the bundle was built with (`--locale`), for all others
   * as the shop's main feed has them.
   */
  lang?: string;
  /**
   * What the shopper looks for in this visit, for `for-you`: an object, or its JSON text. Default: what `setHints()` said; `{}`
   * for none.
   */
  hints?: Hints | string;
}

/** Which segments of the catalogue to rank. Its rules replace the shop's rules of the same names; pins have no effect. */
export interface SegmentsRequest extends Omit<Rules, 'pin'> {
  /**
   * What the items of a segment have in common: their `category`, or the value of an attribute, such as `attributes.brand`.
   * An item with several (paths of a category, an attribute that is a list) is in several segments; one without is in none.
   */
  by: 'category' | `attributes.${string}`;
  /** Levels of the category path that count, 1 to 50: 1 (default) is the broadest. */
  depth?: number;
  /** How many segments, 1 to 100. Default 6. */
  limit?: number;
  /** How many items of each, 1 to 20. Default 4. */
  items?: number;
  /** Ids of items that are not listed and do not count; at most 10,000. */
  exclude?: string[];
  /** As for `recommend()`. */
  lang?: string;
  /** As for `recommend()`. */
  hints?: Hints | string;
}

/** Items that have something in common, such as those of one brand. */
export interface Segment {
  /** The category's path, or the attribute's value as a text. */
  value: string;
  /**
   * Mean score of the segment's 5 best items by the score of `for-you`, comparable only inside one response. Where it has
   * fewer, those it lacks count as average items of the list.
   */
  score: number;
  /**
   * The named parts of the score, which add up to it: means of those of the best items, and `average` for the items that it
   * lacks.
   */
  contributions: Record<string, number>;
  /** Items that may be listed. */
  count: number;
  /** The best ones, ranked and explained as in `for-you`. */
  items: Recommendation[];
}

/** Ranked segments. */
export interface SegmentsResponse {
  /** Pass it to `track()` as `recommendationId` to attribute clicks, with a name of the page's own as `placement`. */
  id: string;
  by: SegmentsRequest['by'];
  /** The best first. */
  segments: Segment[];
  /** As in `RecommendResponse`. */
  currency?: string;
  /** Whether only a part of the catalogue was looked at, because it is too large to be loaded as a whole. */
  partial: boolean;
}

/**
 * How to order a list of the shop's own. Its rules replace the shop's rules of the same names; no other rule applies: nothing
 * is left out, and an order that a shopper comes back to does not change because it was seen.
 */
export interface RerankOptions extends Pick<Rules, 'boost' | 'bury' | 'coldStart'> {
  /**
   * How far to go from the shop's order, 0, to the shopper's, 1 (default). Items stand by rising
   * (1 - strength) * s + strength * p, where s is an item's rank in the shop's list, p its rank by the score that `for-you`
   * gives it, with `boost` and `bury` in standard deviations of the scores in the list. Equal ones stand in the shop's order.
   * As strength rises, two items change places once at most.
   */
  strength?: number;
  /**
   * Items at fixed places, at any strength and whether the catalogue has them or not. Of two pins at one place the first counts;
   * pins of items that the list lacks, or beyond its end, have no effect. At most 100, positions up to 9,999.
   */
  pin?: Pin[];
}

/** A list of the shop's own, in another order. */
export interface RerankResponse {
  /** Pass it to `track()` as `recommendationId` to attribute clicks, with the list's name as `placement`. */
  id: string;
  /** The ids that were given, each as often. */
  ids: string[];
}

/** A ranked list. */
export interface RecommendResponse {
  /** Pass it to `track()` as `recommendationId` to attribute clicks. */
  id: string;
  placement: Placement;
  items: Recommendation[];
  /** Currency of the prices, as a three-letter code, where the offers of the market name one. */
  currency?: string;
}

/** Details of an event for `track()`. */
export interface TrackDetails extends EventDetails {
  /** One of the recommender's, or the name of a list of the shop's own; at most 64 characters. */
  placement?: Placement | (string & {});
}

/** What came of `updateOffers()`. */
export interface OfferUpdate {
  /** Items whose price or stock is another one now, of those loaded. */
  changed: number;
  /**
   * Ids that the catalogue lacks, which were ignored. Empty in a catalogue too large to be loaded as a whole: their items may
   * be loaded later.
   */
  unknown: string[];
}

/** Which part of the catalogue to list. */
export interface BrowseRequest {
  /** Category or category prefix (whole path segments), as the shop's main feed has it; all when absent. */
  category?: string;
  /** Words that must all occur in title, description or category, as the language has them. */
  query?: string;
  /** Language of the items, as for `recommend()`. Default: that of the page. */
  lang?: string;
  /** Default 0. */
  offset?: number;
  /** Default 48. */
  limit?: number;
}

/** A page of the catalogue, in catalogue order; a catalogue too large to be loaded as a whole lists its loaded items. */
export interface BrowseResponse {
  items: Item[];
  /** Matches before offset and limit. */
  total: number;
}

/** How to list the categories. */
export interface CategoriesRequest {
  /** Language of the names, as for `recommend()`. Default: that of the page. */
  lang?: string;
}

/** A category of the catalogue. */
export interface CategoryCount {
  /** Its path, as rules and `browse()` take it. */
  category: string;
  /** The path in the language, where it is another one there. */
  label?: string;
  /** Number of items. */
  count: number;
}

/** A product that this device adds to its own catalogue. */
export type NewItem = Omit<ItemInput, 'id' | 'image'> & {
  /** Must not be an id of the shop's; made up when absent. */
  id?: string;
  /** The picture; encoded and kept on this device. */
  image?: Blob;
};

/** Where the encoders compute. */
export type EncoderBackend = 'webgpu' | 'wasm';

/** State of a recommender; the inspector shows it. */
export interface Status {
  /** Consent in force. */
  consent: Consent;
  /** Whether this device learns: not with `learning: false`, and not under a variant without learning. */
  learning: boolean;
  /** Whether this tab saves the profile: one of the shop's tabs that learn does. */
  leading: boolean;
  /** Items of the catalogue, with those that this device added. */
  items: number;
  /**
   * Choices in this profile: views, clicks, carts and purchases. Several of one product in a row, such as a view and then a cart, are
   * one choice, as strong as the strongest of them.
   */
  events: number;
  /** Items that the shopper dismissed and did not take back. */
  dismissed: number;
  /** Milliseconds since the epoch, or null before the first update. */
  lastUpdate: number | null;
  /** Windows closed so far. */
  windows: number;
  /** Updates dropped by the guard. */
  rejected: number;
  /** What computes: `encoders` is null before the first added item. */
  backend: { encoders: EncoderBackend | null };
  /** The experts of this profile, the generalist first. */
  experts: ExpertStatus[];
  /** Personal weights of the score's terms, without that of a co-occurrence table that the shop lacks. */
  weights: Partial<Record<TermName, number>>;
}

/** Long work under way. `total` is 0 while unknown. */
export interface Progress {
  stage: 'bundle' | 'encoders' | 'encode' | 'merge';
  loaded: number;
  total: number;
}

/** How a profile is imported. */
export interface ImportOptions {
  /** Of the file, if it is encrypted. */
  passphrase?: string;
  /** True: joins it to what is here. Default false: it takes the place of what is here. */
  merge?: boolean;
}

/** What `importProfile()` did. */
export interface ImportResult {
  /** Number of events that came to the log of this device. */
  added: number;
  /** Number of events of the file that this device had already: they count once. 0 without `merge`. */
  known: number;
  /**
   * Number of events of the file that were not learned, because they are older than the log of this device, which has dropped
   * its own of that time: the same events may have been among them. 0 without `merge`.
   */
  leftOut: number;
  /**
   * With `merge`: whether the profile is what one device would have learned from all events of both. False where one of the
   * two logs has dropped its oldest events. Without: whether the file holds all events that its profile was learned from.
   */
  exact: boolean;
}

/** Events of a recommender, by name. */
export interface RecommenderEvents {
  /** The profile or the catalogue changed: lists should be fetched again. */
  change: Status;
  progress: Progress;
  error: SidestreamError;
}

/** How to start a recommender. */
export interface RecommenderOptions {
  /** Address of the bundle folder, relative to the page. */
  bundle: string;
  /**
   * Default: `granted` when this shop's profile is on this device, else `pending`. With `pending` or `session` a profile on
   * the device is neither read nor deleted until the shopper answers: the start for shops with a consent tool.
   */
  consent?: Consent;
  /**
   * Separates profiles of shops on one origin, 1 to 256 characters. Default `default`. A page uses one bundle in a namespace:
   * another one is rejected with `runtime/other-bundle`.
   */
  namespace?: string;
  /** Default true. False: events are recorded and rules know them; nothing is learned, lists are not personal. */
  learning?: boolean;
  /** Encryption of the data on this device, see `Encryption`. Needs https. Default false. */
  encrypt?: Encryption;
  /**
   * Address of the package's `worker.js`, with the files of its folder beside it, when it is not where the page's script
   * looks: beside itself, or where a bundler put it. The address of the folder, with a slash at the end, will do. Default: what
   * `setWorkerUrl()` named, if anything. A worker from another host needs `worker-src blob:` in a CSP.
   */
  workerUrl?: string;
  /** The shop's rules for every list. A wrong rule is rejected with `runtime/invalid-input`. */
  rules?: Rules;
  /** Called with progress from the first byte on; the same as the `progress` event, which has listeners only once loaded. */
  onProgress?: (progress: Progress) => void;
  /**
   * Market whose offers (prices and stock, made by `sidestream offers --market`) are used, such as `at`. Where the bundle has
   * none of it, prices and stock are the bundle's own, and an `error` event says so. Default: the offers made without `--market`.
   */
  market?: string;
  /** An A/B test that this device may take part in. A wrong one is rejected with `runtime/invalid-input`. */
  experiment?: Experiment;
  /**
   * Called with the counts of this page since the last call, by variant and placement, and with what this visitor did in the
   * experiment since the last report of any page: at the start, within a second after a click, a cart, a purchase and the shopper's
   * yes, every 30 seconds, when the page is hidden or left, and on `close()`. Called with consent `granted` only, and not where both
   * are empty. Sidestream itself sends nothing anywhere: without this hook the counters stay on the device,
   * and with it they go where the shop sends them. They hold no item, no time and no id of shopper or device. Ready hooks:
   * `beaconSink`, `ga4Sink` and `callbackSink` of `sidestream/adapters`. What a hook throws becomes an `error` event with the code
   * `runtime/not-sent`.
   */
  onMetric?: MetricHook;
}

/**
 * Gets what is counted.
 * @param counts of this page, by variant and placement
 * @param visitors of this visitor by variant; empty in no experiment, and where the device keeps nothing: every page would be another visitor.
 *   A report of a visitor is passed on again, under its key, until a call has succeeded
 * @returns nothing, or a promise: what it rejects with becomes an `error` event
 */
export type MetricHook = (counts: Counts[], visitors: VisitorReport[]) => unknown;

/** Options of a call. */
export interface CallOptions {
  /** Aborting it rejects the call with `runtime/aborted`; the error's `cause` is the signal's reason. */
  signal?: AbortSignal;
  /** Milliseconds, above 0, after which the call rejects with `runtime/timeout`. Default: none. */
  timeout?: number;
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
   * Orders a list of the shop's own, such as the results of a search, for this shopper. Nothing is left out or added. An id
   * that the catalogue lacks keeps its place; so does every copy of an id but the first. Without a history, with `consent`
   * denied and under a variant without learning nothing personal is known, and the order is the shop's, pins aside. Of a
   * catalogue too large to be loaded as a whole, the first 48 ids are loaded before, as far as they are in 10 clusters; what is
   * not loaded keeps its place.
   *
   * May also reject with `runtime/aborted` or `runtime/timeout`.
   * @param ids in the shop's order; at most 10,000
   */
  rerank(ids: readonly string[], options?: RerankOptions, call?: CallOptions): Promise<RerankResponse>;
  /**
   * Ranks segments of the catalogue for this shopper, such as "brands for you", by the score of `for-you`, with a few items of
   * each. Of a catalogue too large to be loaded as a whole, the items loaded at present count.
   */
  recommendSegments(request: SegmentsRequest): Promise<SegmentsResponse>;
  /**
   * Says what the shopper looks for, for all lists of this page that name no hints of their own: an object, or its JSON text;
   * `{}` for nothing any more. Lists follow at once. Hints stay in memory until the page is left, `forget()` is called or the
   * shopper denies consent; while it is denied they have no effect.
   * Rejects with `runtime/invalid-input` naming the field; then nothing changes.
   */
  setHints(hints: Hints | string): Promise<void>;
  /**
   * Explains the score of an item in the list of a request, whether the list shows it or not.
   * @param request as for `recommend()`
   */
  explain(itemId: string, request?: RecommendRequest): Promise<Explanation>;
  /**
   * Resolves when the event is on disk (consent granted) or in memory (pending); with `denied`, at once, and nothing is
   * stored. Learning follows and cannot reject it; lists requested afterwards reflect the event. `settled()` waits for both.
   * Rejects with `store/full` or `store/unavailable` when the event could not be stored, and with `runtime/unknown-item` for
   * an id that the catalogue lacks. In a catalogue too large to be loaded as a whole such an event is stored, nothing is
   * learned from it, and an `error` event reports it.
   */
  track(type: EventType, itemId: string, details?: TrackDetails): Promise<void>;
  /**
   * Sets the shopper's answer about a profile on the device. Any other value, such as a boolean, is rejected with
   * `runtime/invalid-input`. An answer counts from the moment it is given: an earlier `granted` that is not carried out yet
   * then rejects with `store/forgotten`. `denied` and `pending` delete the data on the device; `denied`, and `pending` after
   * `granted` or `session`, also the data in memory. `session` after `granted` deletes as `pending` does, in all tabs. `denied` and
   * `pending` do not need a worker or the bundle. They reject with `store/blocked` when another page holds the database open; its
   * content is deleted then, and the next call tries to delete the database again. `granted` rejects with `store/*` when the device cannot store a profile; then
   * everything stays in memory, and the next call tries again.
   */
  consent(level: Consent): Promise<void>;
  /** Encodes text and picture on this device and adds the item to the local catalogue. */
  addItem(item: NewItem): Promise<Item>;
  /**
   * Changes prices and stock of products at once, for shops that ask an API of theirs: what is sold out leaves every list of
   * the page. Fields that an offer lacks stay as they are; `null` says that the product has no such value now. A later offer
   * holds against an earlier one, and all of them against the bundle and its file of offers, until the page is left; they hold
   * for items that are loaded later too, and in a worker that replaces a crashed one. It is no event: nothing is learned from it.
   * @param offers at most 10,000; of 100,000 products altogether
   * Rejects with `runtime/invalid-input` naming offer and field; then nothing changes.
   */
  updateOffers(offers: Offer[]): Promise<OfferUpdate>;
  /** @param lang language of its texts, as for `recommend()` */
  getItem(id: string, lang?: string): Promise<Item | null>;
  browse(request?: BrowseRequest): Promise<BrowseResponse>;
  /**
   * Category paths with their number of items, in catalogue order; of a catalogue too large to be loaded as a whole,
   * broader categories too, with all items below them.
   */
  categories(request?: CategoriesRequest): Promise<CategoryCount[]>;
  status(): Promise<Status>;
  /**
   * Impressions, clicks, carts, purchases and revenue on this device by variant and placement, and its variant. Counted
   * since consent was given, or since the page was opened without it; `reset()` begins at zero.
   */
  metrics(): Promise<Metrics>;
  /** Resolves when all events tracked so far are stored and learned, and due saving is done. */
  settled(): Promise<void>;
  /** Forgets everything learned and every event; consent stays. */
  reset(): Promise<void>;
  /**
   * Deletes everything of Sidestream on this device: profile, log, snapshots, keys. Consent is `pending` again, in all tabs.
   * Rejects with `store/blocked` as `consent('denied')` does.
   */
  forget(): Promise<void>;
  /** Snapshots of the profile, one per window, oldest first; the last 12 are kept. */
  snapshots(): Promise<Snapshot[]>;
  /** Restores a snapshot; later events and snapshots are deleted. Rejects with `store/unknown-snapshot`. */
  rollback(id: number): Promise<void>;
  /**
   * Answers what `<sidestream-inspector>` shows: what was learned, from what and when (`profile`), what a snapshot would
   * change (`snapshot`, with its id), why an item has its place (`item`, with its id), whether it helps (`lists`), and what it
   * takes of the device (`device`). Rejects with `store/unknown-snapshot` and `runtime/unknown-item`.
   */
  inspect<Question extends keyof InspectionAnswers>(
    question: Question,
    ...about: InspectionSubjects[Question]
  ): Promise<InspectionAnswers[Question]>;
  /**
   * Exports the profile and the events that it was learned from as a file, encrypted if there is a passphrase. Of an event
   * the file has the type, the item, the time and the order.
   */
  exportProfile(passphrase?: string): Promise<Blob>;
  /**
   * Replaces the profile by an exported one, or with `merge` joins the two: the events of both devices, in the order of their
   * time, are learned from the start, as if all had come from one device; a snapshot of the profile before is kept. The event
   * `progress` of stage `merge` says how far it is, in events. Rejects with `store/corrupt`, `store/wrong-passphrase`,
   * `store/newer-schema` or `store/forgotten`, and with `merge` with `runtime/unknown-item` for a file of another shop and
   * `runtime/invalid-input` for one of an earlier version, which has no events; then nothing changes.
   * @param options a text is the passphrase
   */
  importProfile(file: Blob, options?: string | ImportOptions): Promise<ImportResult>;
  on<K extends keyof RecommenderEvents>(type: K, listener: (event: RecommenderEvents[K]) => void): () => void;
  /**
   * Ends this handle after the calls under way are answered; later calls reject with `runtime/closed`, and so does an item
   * that is being added. Other handles of the same bundle and namespace go on; the last one saves and ends the worker,
   * within 10 seconds. Repeated calls do nothing.
   */
  close(): Promise<void>;
}
