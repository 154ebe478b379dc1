import type { Item } from '../../core/catalog';
import type { ExpertStatus, Explanation, Recommendation, Snapshot } from './answers';

/** What `inspect()` can be asked, with its answers. */
export interface InspectionAnswers {
  /** What was learned, from what, and when. */
  profile: Inspection;
  /** How the list would change by going back to a snapshot. */
  snapshot: ListChange;
  /** Why an item has its place in the list, and what would change it. */
  item: ItemInspection;
  /** The list with what was learned, beside the one of a shopper of whom nothing is known. */
  lists: ListComparison;
  /** What the recommender takes of this device. */
  device: DeviceReport;
}

/** What a question of `inspect()` is about. */
export interface InspectionSubjects {
  profile: [];
  /** Of `Snapshot.id`. */
  snapshot: [id: number];
  /** Of an item. */
  item: [id: string];
  lists: [];
  device: [];
}

/** What was learned on this device, from what, and when. All times in milliseconds since the epoch. */
export interface Inspection {
  /** Past choices by their part in the first 20 items of `for-you`, largest first, at most 12; parts add up to 1 at most. */
  products: { item: Item; part: number }[];
  /**
   * Categories of the last choices, the largest share first, at most 8: share of the choices, each counting less the older it
   * is, and share of the catalogue's items.
   */
  categories: { name: string; share: number; usual: number }[];
  /** The experts of now, as in the status, then those that were removed, the last removed first. */
  experts: InspectedExpert[];
  /** The last choices that the journal has, oldest first, at most 300. */
  choices: JournalChoice[];
  /** What happened besides, oldest first, at most 300. */
  points: JournalPoint[];
  /** How the choices were ranked before they were learned. */
  record: PrequentialSummary;
  snapshots: Snapshot[];
}

/** An expert, with the choices that it learned from. */
export interface InspectedExpert extends Omit<ExpertStatus, 'state' | 'history' | 'posterior' | 'share'> {
  /** As in the status; `removed`: another expert took its place. */
  state: ExpertStatus['state'] | 'removed';
  /** Its part in the next list, 0 to 1; 0 where it was removed. */
  share: number;
  /** When it was removed; else null. */
  removed: number | null;
  /** The last choices that it learned from, the newest first, at most 20; `time` is null where it is not known. */
  from: { item: Item; time: number | null }[];
}

/** One choice, as the journal has it. */
export interface JournalChoice {
  /** Null where the catalogue lacks the item now. */
  item: Item | null;
  time: number;
  /** Number of the choice, from 1. */
  at: number;
  /** Its ranks before it was learned, 1 is best; null where it was chosen before, or nothing was known yet. */
  ranks: Ranks | null;
  /** Part of each expert in the list after the choice, by its id. */
  shares: [expert: number, share: number][];
}

/** Ranks of one item among all that were not chosen yet; 1 is best. */
export interface Ranks {
  /** In the list of this shopper. */
  own: number;
  /** By how many chose it. */
  popularity: number;
  /** By the likeness of text and picture to the past choices alone. */
  content: number;
}

/**
 * What happened to what was learned. `window`: a window ended. `rejected`: the
 * guard dropped updates. `kept`: a candidate proved right and became an expert. `frozen`: an expert learns no more.
 * `returned`: a frozen one learns again. `pruned`: an expert was removed.
 */
export type JournalKind = 'window' | 'rejected' | 'kept' | 'frozen' | 'returned' | 'pruned';

/** One thing that happened to what was learned. */
export interface JournalPoint {
  kind: JournalKind;
  time: number;
  /** Number of the choice after which it happened. */
  at: number;
  /** Id of the expert that it is about. */
  expert?: number;
  /** Updates dropped. */
  count?: number;
}

/** How the choices were ranked before they were learned, over those of the journal that have ranks. */
export interface PrequentialSummary {
  /** Choices with ranks. */
  choices: number;
  /** Items of the catalogue. */
  of: number;
  /** Geometric mean of the ranks; null without any. */
  mean: Ranks | null;
  /** The list of this shopper against each of the other two; null with fewer than 2 choices. */
  against: Record<'popularity' | 'content', RankGain> | null;
}

/** By how much one ranking is nearer to the choices than another. */
export interface RankGain {
  /** Geometric mean of other rank / own rank: 2 where the own rank is half of the other. */
  factor: number;
  /** Its 95 % interval (normal approximation of the mean logarithm). */
  range: [low: number, high: number];
  /** Choices that the own list ranked better, and worse. */
  better: number;
  worse: number;
}

/** One item in the first places of two lists. */
export interface PlaceChange {
  item: Item;
  /** Places from 1; null where the item is not among the first. */
  now: number | null;
  earlier: number | null;
}

/** How the first 20 items of `for-you` would change by going back to a snapshot. */
export interface ListChange {
  snapshot: Snapshot;
  /** The earlier list in its order, then the items that would leave. */
  items: PlaceChange[];
  added: number;
  left: number;
  moved: number;
}

/** The first 10 items of `for-you` with what was learned and without. */
export interface ListComparison {
  own: Recommendation[];
  /** As for a shopper of whom nothing is known. */
  without: Recommendation[];
}

/** One part of a score, and the item's place without it. */
export interface ScorePart {
  /** Name of the term or rule; `preference` for an expert. */
  name: string;
  /** Of the expert; null for all other parts. */
  expert: { id: number; state: ExpertStatus['state'] } | null;
  contribution: number;
  /** Place of the item without it, from 1; null where it is a rule of the shop. */
  place: number | null;
}

/** Why an item has its place in `for-you`. */
export interface ItemInspection extends Pick<Explanation, 'item' | 'score' | 'source' | 'reason'> {
  /** Place by the score among all items that the list may hold, from 1; null where it may not hold this one. */
  place: number | null;
  /** Items that the list may hold. */
  of: number;
  /** They add up to the score, the largest first. */
  parts: ScorePart[];
  /**
   * Past items that contribute, the largest first, at most 8, and the place of the item if the choice had not been made, as far
   * as likeness, categories and numbers go; what experts learned from it stays.
   */
  items: { item: Item; part: number; place: number | null }[];
}

/** What the recommender takes of this device, in bytes. */
export interface DeviceReport {
  /** Features of the loaded items, in the worker's memory. */
  features: number;
  /** The worker's JavaScript heap; null where the browser does not say. */
  heap: number | null;
  /** The profile as a file. */
  profile: number;
  /** Events in the log, and their size. */
  log: { events: number; bytes: number };
  /** Whether profile and log are in memory only. */
  inMemory: boolean;
  /** Files that the worker has loaded, and their size over the network as far as the browser says; 0 from its cache. */
  loaded: { files: number; bytes: number };
}
