import type { ProxyMarked } from 'comlink';
import type { EncoderFiles, Item, TextRecipe } from '../../core/catalog';
import type { ImagePreset, TextPreset } from '../../core/encoders';
import type { EventType } from '../../core/events';
import type { SerializedError } from '../../error';
import type { Counts, Metrics, VisitorReport } from '../experiment';
import type { LocalItem, Snapshot } from '../store';
import type {
  BrowseRequest,
  BrowseResponse,
  CallOptions,
  CategoriesRequest,
  CategoryCount,
  Consent,
  Explanation,
  ImportOptions,
  ImportResult,
  Offer,
  OfferUpdate,
  Progress,
  RecommenderOptions,
  RecommendRequest,
  RecommendResponse,
  RerankOptions,
  RerankResponse,
  SegmentsRequest,
  SegmentsResponse,
  Status,
  TrackDetails,
} from './api';
import type { Refusal } from './consent-answer';
import type { Kept } from './hand-over';
import type { InspectionAnswers } from './inspection';
import type { TrackInput } from './requests';

/** Options as the page sends them: `'function'` instead of a function, which cannot be sent. */
export type GivenOptions = Omit<RecommenderOptions, 'onProgress' | 'onMetric'> & {
  onProgress?: unknown;
  onMetric?: unknown;
};

/** Addresses of the package's files. */
export interface Places {
  /** Address of a script; files without their own address are beside it. */
  script: string;
  /** Addresses by file name. */
  files?: Record<string, string>;
}

/** The first message to a worker of the package. */
export interface PlacesMessage {
  type: 'sidestream-places';
  places: Places;
}

/** Listener on the page; errors are passed as plain data, since a cloned Error loses its code. */
export type RemoteListener = (
  ...[type, event]: ['change', Status] | ['progress', Progress] | ['error', SerializedError]
) => void;

/** Result of `updateOffers()`, with the offers now in force, each with all fields updated so far. */
export interface KeptUpdate extends OfferUpdate {
  kept: Offer[];
}

/**
 * The manifest of the bundle as fetched by the page, null if that failed; may be called once. Rejects only if the page is
 * gone.
 */
export type EarlyManifest = (() => Promise<ArrayBuffer | null>) & ProxyMarked;

/** The object that the worker exposes first. */
export interface WorkerHost {
  /**
   * Loads the bundle and, with consent, the profile.
   * @param options `GivenOptions`, parsed in the worker
   * @param kept `Kept`, parsed in the worker: from `handOver()` of the previous worker, or of an earlier page
   * @param restarted whether another worker of the page ran before
   * @param offers that the page updated before
   * @param lang language of the page, as a tag; empty if it declares none
   * @param manifest null: the worker fetches it
   * @param withdrawn whether the shopper withdrew consent in this page, and the device may still have data
   * @throws SidestreamError `runtime/invalid-input`, `bundle/*`
   */
  start(
    options: unknown,
    listener: RemoteListener,
    kept: unknown,
    restarted: boolean,
    offers?: ReadonlyMap<string, Offer>,
    lang?: string,
    manifest?: EarlyManifest | null,
    withdrawn?: boolean,
  ): Promise<WorkerRecommender & ProxyMarked>;
  /**
   * The shopper withdrew consent while the recommender starts: it stores nothing from now on. The page deletes stored data.
   */
  refuse(level: Refusal): Promise<void>;
}

/** What the hooks of a page get, see `RecommenderOptions.onMetric`. */
export interface MetricReport {
  counts: Counts[];
  visitors: VisitorReport[];
}

/** The worker's interface for the page. It parses all arguments. */
export interface WorkerRecommender {
  /**
   * Checks the options of a further caller of `createRecommender()`.
   * @param options the caller's
   * @param given the options that this recommender was started with
   * @returns names of options that take effect only after a restart
   * @throws SidestreamError `runtime/invalid-input` for an option that is invalid, or differs from `given`
   */
  join(options: GivenOptions, given: GivenOptions): Promise<string[]>;
  recommend(request: RecommendRequest, wait: CallOptions): Promise<RecommendResponse>;
  rerank(ids: readonly string[], options: RerankOptions, wait: CallOptions): Promise<RerankResponse>;
  recommendSegments(request: SegmentsRequest): Promise<SegmentsResponse>;
  setHints(hints: unknown): Promise<void>;
  explain(itemId: string, request?: RecommendRequest): Promise<Explanation>;
  /** @param time of the event, milliseconds since the epoch; default: now */
  track(type: EventType, itemId: string, details: TrackDetails, time?: number): Promise<void>;
  /** Tracks several events, each stored or rejected independently: null for a stored event. Rejects if the store fails. */
  trackAll(events: TrackInput[]): Promise<(SerializedError | null)[]>;
  consent(level: Consent): Promise<void>;
  getItem(id: string, lang?: string): Promise<Item | null>;
  browse(request?: BrowseRequest): Promise<BrowseResponse>;
  categories(request?: CategoriesRequest): Promise<CategoryCount[]>;
  status(): Promise<Status>;
  metrics(): Promise<Metrics>;
  /**
   * What is counted since the last call, for the hooks of the page.
   * @param sent keys of reports that were sent
   */
  takeMetrics(sent: readonly string[]): Promise<MetricReport>;
  settled(): Promise<void>;
  reset(): Promise<void>;
  forget(): Promise<void>;
  snapshots(): Promise<Snapshot[]>;
  rollback(id: number): Promise<void>;
  inspect(question: string, about?: unknown): Promise<InspectionAnswers[keyof InspectionAnswers]>;
  exportProfile(passphrase?: string): Promise<Blob>;
  importProfile(file: Blob, given?: string | ImportOptions): Promise<ImportResult>;
  updateOffers(offers: Offer[]): Promise<KeptUpdate>;
  /** Files for the encoder worker to encode new items for this bundle. */
  encoderFiles(): Promise<BundleEncoders>;
  /** @param backend on which the encoders ran */
  insertItem(item: LocalItem, backend: string): Promise<Item>;
  /** Saves unsaved data immediately. */
  save(): Promise<void>;
  /** Closes it and returns the data in memory only, for the replacement worker. */
  handOver(): Promise<Kept>;
  /** A copy of the data in memory only, without counts; continues with the data. */
  copy(): Promise<Kept>;
  /** Also continues with the data of an earlier page. A failure is reported. @param kept `Kept`, parsed in the worker */
  takeOver(kept: unknown): Promise<void>;
  close(): Promise<void>;
}

/** Everything that the encoder worker needs to encode items like the bundle's. */
export interface BundleEncoders {
  text: EncoderFiles & { preset: TextPreset };
  image: EncoderFiles & { preset: ImagePreset };
  /** Statistics and projections of all taps, as the bundle stores them. */
  projection: ArrayBuffer;
  /** Width D of every projected tap. */
  dim: number;
  /** Which fields of an item the text encoder reads. */
  recipe: TextRecipe;
  /** Names the encoders, see LocalItem. */
  encoders: string;
}

/** Features of one item, as in a FeatureTable with one row. */
export interface EncodedFeatures {
  values: Int8Array;
  scales: Float32Array;
  /** The picture scaled down, as a `data:` address; null without a picture. */
  thumbnail: string | null;
  /** Backend on which the sessions ran. */
  backend: string;
}

/** The object that the encoder worker exposes. */
export interface EncoderHost {
  /** Encodes one item. Both encoders are loaded, run once and released, one after the other. */
  encode(
    item: Item,
    picture: Blob | null,
    files: BundleEncoders,
    onProgress: (progress: Progress) => void,
  ): Promise<EncodedFeatures>;
}
