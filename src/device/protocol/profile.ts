import type { EventDetails } from '../../core/events';
import type { ExpertState, Placement, TermName } from '../ranking';
import type { Consent, EncoderBackend, EncoderRun } from './requests';

export type { Consent, EncoderBackend, EncoderRun } from './requests';

/** One of the shopper's experts. Each has learned preferences from different choices. */
export interface ExpertStatus {
  /** Never reused for another expert of this profile. */
  id: number;
  state: ExpertState;
  /** Milliseconds since the epoch; null before the first choice. */
  born: number | null;
  /** Number of choices that it has learned. */
  choices: number;
  /** Its weight in the next list, 0 to 1: the experts' scores are summed with these weights, which add up to 1. */
  share: number;
}

/** A snapshot of the profile, made when a window of the shopper's events ended. */
export interface Snapshot {
  id: number;
  /** Milliseconds since the epoch. */
  time: number;
  /** Number of choices learned up to then. */
  choices: number;
  /** Number of windows closed up to then. */
  windows: number;
}

/** Backend of the learner. */
export type LearnerBackend = 'wasm' | 'javascript';

/** State of a recommender; the inspector shows it. */
export interface Status {
  /** The current consent. */
  consent: Consent;
  /** Whether this device learns: false with `learning: false`, or under a variant without learning. */
  learning: boolean;
  /** Whether this tab saves the profile: exactly one of the shop's learning tabs does. */
  leading: boolean;
  /** Number of items in the catalogue, including the items that this device added. */
  items: number;
  /**
   * Choices in this profile: views, clicks, carts and purchases. Several events of one product in a row, such as a view and
   * then a cart, are one choice, as strong as the strongest of them.
   */
  events: number;
  /** Number of items that the shopper dismissed without undoing it. */
  dismissed: number;
  /** Time of the last update in milliseconds since the epoch; null before the first one. */
  lastUpdate: number | null;
  /** Windows closed so far. */
  windows: number;
  /** Updates dropped by the guard. */
  rejected: number;
  /**
   * Backends of the encoders and the learner of this page. `encoders` is the backend of the last run and null before the first;
   * `runs` has the last run of each encoder. `learner` is `javascript` while the WebAssembly functions load, and where they cannot run.
   */
  backend: { encoders: EncoderBackend | null; learner: LearnerBackend; runs: EncoderRun[] };
  /** The experts of this profile, the generalist first. */
  experts: ExpertStatus[];
  /** Personal weights of the score's terms; `boughtTogether` is missing in a shop without a co-occurrence table. */
  weights: Partial<Record<TermName, number>>;
}

/** The result of `profile.import()` and `profile.merge()`. */
export interface ImportResult {
  /** Number of events added to this device's log. */
  added: number;
  /** Number of events of the file that this device already had: they count once. 0 for `import()`. */
  known: number;
  /**
   * Number of events of the file that were not learned because they are older than the log of this device. The log has
   * dropped its own events from that time, which may have included the same ones. 0 for `import()`.
   */
  leftOut: number;
  /**
   * Of `merge()`: whether the profile equals the one that a single device would have learned from all events of both. False
   * if one of the two logs has dropped its oldest events. Of `import()`: whether the file holds all events that its
   * profile was learned from.
   */
  exact: boolean;
}

/** Details of an event for `track()`. */
export interface TrackDetails extends EventDetails {
  /** A placement of the recommender, or the name of one of the shop's own lists; at most 64 characters. */
  placement?: Placement | (string & {});
}
