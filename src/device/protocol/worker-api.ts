import type { ProxyMarked } from 'comlink';
import type { EncoderFiles, Item, Modality, TextRecipe } from '../../core/catalog';
import type { ImagePreset, TextPreset } from '../../core/encoders';
import type { LoggedEvent } from '../../core/events';
import type { SerializedError } from '../../error';
import type { Counts, OperatingFigures, VisitorReport } from '../experiment';
import type { QueryVector } from '../ranking';
import type { LocalItem } from '../store';
import type {
  CallOptions,
  EncoderRun,
  FindRequest,
  FindResponse,
  Offer,
  OfferUpdate,
  Progress,
  Recommender,
  RecommenderOptions,
  Status,
} from './api';
import type { Refusal, TrackInput } from './requests';

/** Options as the page sends them: `'function'` instead of a function, which cannot be sent. */
export type GivenOptions = Omit<RecommenderOptions, 'onProgress' | 'onMetric'> & {
  onProgress?: unknown;
  onMetric?: unknown;
};

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

/** Name of the BroadcastChannel on which the tabs of a shop exchange the shopper's answers and announce stored data. */
export const channelName = (namespace: string): string => `sidestream/${namespace}`;

/** Listener on the page; errors are passed as plain data, because a cloned Error loses its code. */
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
   * @param kept from `handOver()` of the previous worker
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
    kept: Kept | null,
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

/** Data that a worker hands over, through the page, to its replacement. */
export interface Kept {
  /** Data in memory only; null if the device stores it, or the shopper denied consent. */
  memory: {
    /** The profile as a file; null if only the events were kept. */
    profile: Uint8Array | null;
    events: LoggedEvent[];
    items: LocalItem[];
  } | null;
  /** Counts that were not taken yet. */
  counts: Counts[];
  /** The page's hints about the visit: never kept beyond the page. */
  hints?: unknown;
}

export interface MetricReport {
  counts: Counts[];
  visitors: VisitorReport[];
  operations: OperatingFigures[];
}

/** Methods of a recommender that its worker lacks, or has in another form. */
type PageMethod = 'addItem' | 'find' | 'on' | 'track' | 'updateOffers';

export interface WorkerRecommender extends Omit<Recommender, PageMethod> {
  /** @param call also the time of the event, milliseconds since the epoch; default: now */
  track(...call: [...Parameters<Recommender['track']>, time?: number]): Promise<void>;
  /**
   * Tracks several events at once; a rejected one does not affect the others.
   * @returns for each event, null if it is in the log, else the reason for its rejection
   * @throws SidestreamError `store/*` if no event could be written
   */
  trackAll(events: readonly TrackInput[]): Promise<(SerializedError | null)[]>;
  updateOffers(offers: Offer[]): Promise<KeptUpdate>;
  /**
   * Checks the options of a further caller of `createRecommender()`.
   * @param given the options that this recommender was started with
   * @returns names of options that take effect only after a restart
   * @throws SidestreamError `runtime/invalid-input` for an option that is invalid, or differs from `given`
   */
  join(options: GivenOptions, given: GivenOptions): Promise<string[]>;
  /**
   * Counts since the last call, for the hooks of the page.
   * @param sent keys of reports that were sent
   * @param errors codes of errors since the last call
   */
  takeMetrics(sent?: readonly string[], errors?: readonly string[]): Promise<MetricReport>;
  /**
   * Finds by words, or, with a query that the page has encoded, what is nearest to it.
   * @param query `QueryVector`, parsed in the worker
   */
  find(
    request: Omit<FindRequest, 'image'>,
    call?: CallOptions,
    query?: QueryVector,
    runs?: readonly EncoderRun[],
  ): Promise<FindResponse>;
  /** Files for the encoder worker to encode queries like this bundle's items. */
  queryEncoder(modality: Modality): Promise<QueryEncoder>;
  /** Files for the encoder worker to encode new items for this bundle. */
  encoderFiles(): Promise<BundleEncoders>;
  /** Adds an item that this device encoded. @param runs of the encoders */
  insertItem(item: LocalItem, runs: readonly EncoderRun[]): Promise<Item>;
  /** Saves unsaved data immediately: the page is hidden and may never be shown again. */
  save(): Promise<void>;
  /** Closes it and returns the data in memory only, for the worker that replaces this one. */
  handOver(): Promise<Kept>;
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

/** Everything that the encoder worker needs to encode queries of one modality like the bundle's items. */
export interface QueryEncoder {
  modality: Modality;
  preset: TextPreset | ImagePreset;
  /** Its files; null for texts that are compared only by their words. */
  encoder: EncoderFiles | null;
  /** Statistics and projections of all taps, as the bundle stores them. */
  projection: ArrayBuffer;
  /** The tap by which items are compared. */
  tap: number;
}

/** A query that an encoder has read. */
export interface EncodedQuery {
  /** As in `QueryVector`. */
  values: Float32Array;
  runs: EncoderRun[];
}

/** Features of one item, as in a FeatureTable with one row. */
export interface EncodedFeatures {
  values: Int8Array;
  scales: Float32Array;
  /** The picture scaled down, as a `data:` address; null without a picture. */
  thumbnail: string | null;
  runs: EncoderRun[];
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
  /** Loads an encoder, which is kept for queries until the worker ends. */
  openQueries(files: QueryEncoder): Promise<void>;
  /** Encodes words or a picture, whichever encoder is open. */
  encodeQuery(query: string | Blob): Promise<EncodedQuery>;
}
