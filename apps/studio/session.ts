import type { LogColumns } from '../../packages/shop/logs';
import type { Item, RejectedRow } from '../../src/core/catalog';
import type { FeedMapping } from '../../src/core/catalog/feed';

/** Progress of a long step of Studio. */
export interface Progress {
  /** The stage that runs, such as `Pictures`. */
  stage: string;
  done: number;
  total: number;
  /** Unit of both numbers; absent for inputs, such as texts. */
  unit?: 'bytes';
  /** Inputs per second; null until it is known. */
  perSecond: number | null;
  /** Seconds until the stage ends; null until it is known. */
  secondsLeft: number | null;
}

/** Studio's report on a catalogue. */
export interface CatalogReport {
  /** Names of the dropped files. */
  files: string[];
  products: number;
  /** Language tag; null if it was not recognised. */
  language: string | null;
  /** Note about the language, such as that the text encoder does not read it; null without one. */
  languageNote: string | null;
  /** Lines about the rows of each file, as the command line prints them. */
  summary: string[];
  /** Columns that the user chose. */
  mapping: FeedMapping;
  /** Currency that the prices state; null if none, or several. */
  currency: string | null;
  /** Number of products without the address of their page. */
  withoutAddress: number;
  /** Some products of all categories, to be shown as cards. */
  first: Item[];
  /** The first refused rows, and the number of all. */
  refused: RejectedRow[];
  refusedCount: number;
  /** Number of products whose picture is named by a file, and by an address. */
  picturesByFile: number;
  picturesByAddress: number;
}

/** The pictures that Studio holds for a catalogue. */
export interface PicturesReport {
  /** Number of products whose picture Studio holds or can fetch. */
  found: number;
  /** The first pictures that are missing or could not be read, with the reason, and the number of all. */
  missing: { name: string; reason: string }[];
  missingCount: number;
}

/** Where the encoders run. */
export interface EncodeBackend {
  kind: 'webgpu' | 'wasm';
  /** Number of workers that encode at the same time. */
  workers: number;
  /** Why not WebGPU; null with WebGPU. */
  why: string | null;
}

/** A product and those whose content is nearest to it, nearest first. */
export interface NearestSample {
  product: Item;
  nearest: Item[];
}

/** A report while products are encoded. */
export interface EncodeUpdate {
  progress: Progress;
  backend: EncodeBackend | null;
  /** Five products with their nearest among those encoded so far; absent if unchanged. */
  samples?: NearestSample[];
}

/** The bundle that Studio made. */
export interface BundleReport {
  items: number;
  bytes: number;
  encoded: number;
  reused: number;
  withoutPicture: number;
  seconds: number;
  backend: EncodeBackend;
  /** Lines about what the build decided, as the command line prints them. */
  notes: string[];
  samples: NearestSample[];
}

/** Studio's report on a log of events. */
export interface LogReport {
  file: string;
  events: number;
  shoppers: number;
  /** First and last event, milliseconds since 1970. */
  from: number;
  until: number;
  /** Number of events about products that the bundle lacks, with a note that names some of their ids. */
  unknown: number;
  unknownNote: string | null;
  /** The reasons of refused lines, grouped, and the number of refused lines. */
  refused: string[];
  refusedCount: number;
  /** Lines about the columns and the lines left out. */
  notes: string[];
}

/** An epoch of the training, as measured on the held-out choices. */
interface EpochQuality {
  epoch: number;
  /** Cross-entropy of the training choices, nats. */
  loss: number;
  /** HR@10 of the side model: share of the held-out choices that are among its first ten products, 0 to 1. */
  hitRate: number;
}

/** A report while the side model trains. */
export interface LearnUpdate {
  progress: Progress;
  backend: 'webgpu' | 'wasm';
  /** One entry per finished epoch. */
  epochs: EpochQuality[];
  /** HR@10 of the rivals on the same choices; null while not measured, or after a training that was stopped before. */
  popularity: number | null;
  itemKnn: number | null;
}

/** The result of the training. */
export interface LearnReport extends LearnUpdate {
  choices: number;
  shoppers: number;
  seconds: number;
  /** Epoch whose weights were kept: the one that ranks the held-out choices best by their mean ln rank. */
  keptEpoch: number;
  /** Whether the user ended the training early. */
  stopped: boolean;
  /** Mean difference of HR@10 to the better rival over held-out shoppers, and its standard error, for the step "Try". */
  gain: { mean: number; error: number; rival: 'popularity' | 'item-knn'; shoppers: number } | null;
}

/** Everything that Studio has; it survives the tab. */
export interface StudioState {
  catalog: CatalogReport | null;
  pictures: PicturesReport | null;
  bundle: BundleReport | null;
  log: LogReport | null;
  learned: LearnReport | null;
}

export const EMPTY_STATE: StudioState = { catalog: null, pictures: null, bundle: null, log: null, learned: null };

/** A dropped file with its path in the dropped folder. */
export interface DroppedFile {
  path: string;
  file: File;
}

/**
 * The worker that reads the catalogue and encodes it. Every method rejects with a `SidestreamError`; callbacks are Comlink
 * proxies.
 */
export interface BuildWorker {
  state(): Promise<StudioState>;
  /** Replaces the catalogue, and drops everything made from the previous one that no longer fits. */
  readCatalog(files: DroppedFile[], mapping: FeedMapping, on: (progress: Progress) => void): Promise<StudioState>;
  /** Adds pictures: files, or zip archives that contain them. */
  addPictures(files: DroppedFile[], on: (progress: Progress) => void): Promise<StudioState>;
  /** Encodes the catalogue and writes the bundle. Encoded products are kept: after an interruption, call it again. */
  encode(on: (update: EncodeUpdate) => void): Promise<StudioState>;
  /** Ends `encode` after the inputs in flight; it then rejects with the code `runtime/aborted`. */
  pause(): Promise<void>;
  /** Deletes everything that Studio keeps in this browser. */
  startOver(): Promise<StudioState>;
}

/** The worker that learns from a log. The bundle must have been made. Errors and callbacks are as in `BuildWorker`. */
export interface LearnWorker {
  readLog(file: File, columns: LogColumns, on: (progress: Progress) => void): Promise<LogReport>;
  /** Counts the events about unknown products again, for the present bundle. @returns null without a log */
  recount(): Promise<LogReport | null>;
  /** Trains, and stores the result in the bundle. */
  train(on: (update: LearnUpdate) => void): Promise<LearnReport>;
  /** Ends the training after the current batch; `train` then keeps the best epoch so far. */
  stop(): Promise<void>;
}
