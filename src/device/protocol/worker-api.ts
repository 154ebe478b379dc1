import type { ProxyMarked } from 'comlink';
import type { EncoderFiles, Modality, Offer, TextRecipe } from '../../core/catalog';
import type { ImagePreset, TextPreset } from '../../core/encoders';
import type { LoggedEvent } from '../../core/events';
import type { SerializedError, SidestreamError } from '../../error';
import type { Counts, MetricLine } from '../experiment';
import type { LocalItem, StoredProfile } from '../store';
import type { Progress, RecommenderOptions, Status } from './api';
import type { ParsedOptions } from './requests';

/** Options as the page sends them: `'function'` instead of a function, which cannot be sent. */
export type GivenOptions = Omit<RecommenderOptions, 'onProgress' | 'onMetric'> & {
  onProgress?: unknown;
  onMetric?: unknown;
};

/** Name of the BroadcastChannel on which the tabs of a shop exchange the shopper's answers and announce stored data. */
export const channelName = (namespace: string): string => `sidestream/${namespace}`;

/** Listener on the page; errors are passed as plain data, because a cloned Error loses its code. */
export type RemoteListener = (
  ...[type, event]: ['change', Status] | ['progress', Progress] | ['error', SerializedError]
) => void;

/**
 * The manifest of the bundle as fetched by the page, null if that failed; may be called once. Rejects only if the page is
 * gone.
 */
export type EarlyManifest = (() => Promise<ArrayBuffer | null>) & ProxyMarked;

/** How a worker's recommender starts: the page's options, and the state of the page. */
export interface EngineOptions extends Partial<Omit<ParsedOptions, 'onProgress' | 'onMetric' | 'workerUrl'>> {
  bundle: string;
  namespace: string;
  learning: boolean;
  /**
   * Another worker of the page ran before: the consent is that worker's last known one, not a new answer of the shopper, and
   * another tab may have changed it meanwhile. Default false.
   */
  restarted?: boolean;
  /** The shopper withdrew consent in this page, and the device may still have data. Default false. */
  withdrawn?: boolean;
  /** Maximum size of the event log on the device, bytes. Default 5,000,000. */
  logBudget?: number;
  /** Language of the page, as a tag, for calls that name no language. Empty: unknown. */
  lang?: string;
  /** Offers that the page updated before this worker started, by product; parsed by their user. */
  offers?: ReadonlyMap<string, Offer>;
  manifest?: EarlyManifest | null;
}

export interface EngineListener {
  change(status: Status): void;
  progress(progress: Progress): void;
  error(error: SidestreamError): void;
}

/** Data that a worker hands over, through the page, to its replacement. */
export interface Kept {
  /** Data in memory only; null if the device stores it, or the shopper denied consent. */
  memory: {
    /** Null if only the events were kept. */
    profile: StoredProfile | null;
    events: LoggedEvent[];
    items: LocalItem[];
  } | null;
  /** Counts that were not taken yet. */
  counts: Counts[];
  /** The page's hints about the visit: never kept beyond the page. */
  hints?: unknown;
}

/** The arguments of `onMetric`. */
export type MetricReport = Omit<MetricLine, 'day'>;

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
