import type { Item, SideInput } from '../../core/catalog';
import type { ScorePart } from '../ranking';
import type { Explanation, Recommendation } from './lists';
import type { ExpertStatus } from './profile';

export type { ScorePart } from '../ranking';

/** The questions that `status.inspect()` answers, and the types of the answers. */
export interface InspectionAnswers {
  /** The learned preferences, their sources and their times. */
  profile: Inspection;
  /** How the list would change after a rollback to a snapshot. */
  snapshot: ListChange;
  /** Why an item has its place in the list, and what would change it. */
  item: ItemInspection;
  /** This shopper's list beside the list of a shopper without a profile. */
  lists: ListComparison;
  /** Size of the profile, and where it is. */
  device: DeviceReport;
}

/** Arguments of each question of `status.inspect()`. */
export interface InspectionSubjects {
  profile: [];
  /** `Snapshot.id`. */
  snapshot: [id: number];
  /** Id of an item. */
  item: [id: string];
  lists: [];
  device: [];
}

/** The learned preferences, their sources and their times, in milliseconds since the epoch. */
export interface Inspection {
  /** Up to 12 past choices by their part in the first 20 items of `for-you`, largest first; the parts sum to 1 or less. */
  products: { item: Item; part: number }[];
  /** Up to 8 categories of the last 8 choices, the largest share first. */
  categories: { name: string; share: number }[];
  /** The current experts, as in the status, then the removed experts, the most recently removed first. */
  experts: InspectedExpert[];
  /**
   * How much of what the adapters of the side model learned from this shopper comes from each part of the products; the shares sum to 1.
   * Empty without adapters, or before they learned anything.
   */
  adapters: { input: SideInput; share: number }[];
  /** The last 300 choices of the journal, oldest first. */
  choices: JournalChoice[];
  /** The last 300 other entries of the journal, oldest first. */
  points: JournalPoint[];
  /** How the choices were ranked before they were learned. */
  record: PrequentialSummary;
}

/** An expert, with the choices that it learned from. */
export interface InspectedExpert extends Omit<ExpertStatus, 'state' | 'share'> {
  /** As in the status; `removed`: another expert replaced it. */
  state: ExpertStatus['state'] | 'removed';
  /** Its part in the next list, 0 to 1; 0 for a removed expert. */
  share: number;
  /** When it was removed; null for a current expert. */
  removed: number | null;
  /** The last 64 choices that it learned from, newest first; `time` is null if unknown. */
  from: { item: Item; time: number | null }[];
}

/** One choice in the journal. */
export interface JournalChoice {
  /** Null if the catalogue no longer has the item. */
  item: Item | null;
  time: number;
  /** Number of the choice, from 1. */
  at: number;
  /** Its ranks before it was learned, 1 is best; null if it had been chosen before, or nothing was known yet. */
  ranks: Ranks | null;
  /** Part of each expert in the list after the choice, by its id. */
  shares: [expert: number, share: number][];
}

/** Ranks of one item among all items not chosen yet; 1 is best. */
export interface Ranks {
  /** In this shopper's list. */
  own: number;
  /** By popularity. */
  popularity: number;
  /** Only by the similarity of text and picture to the past choices. */
  content: number;
}

/**
 * Kind of change of the learned state. `window`: a window ended. `rejected`: the guard dropped updates. `kept`: a candidate
 * passed its trial and became an expert. `frozen`: an expert stopped learning. `returned`: a frozen expert learns again.
 * `pruned`: an expert was removed.
 */
export type JournalKind = 'window' | 'rejected' | 'kept' | 'frozen' | 'returned' | 'pruned';

/** One change of the learned state. */
export interface JournalPoint {
  kind: JournalKind;
  time: number;
  /** Number of the choice after which it happened. */
  at: number;
  /** Id of the expert concerned. */
  expert?: number;
  /** Number of dropped updates. */
  count?: number;
}

/** How the choices were ranked before they were learned, over the choices of the journal that have ranks. */
export interface PrequentialSummary {
  /** Number of choices with ranks. */
  choices: number;
  /** Geometric mean of the ranks; null without ranks. */
  mean: Ranks | null;
}

/** How many of the first 20 items of `for-you` would change after a rollback to a snapshot. */
export interface ListChange {
  added: number;
  left: number;
  moved: number;
}

/** The first 10 items of `for-you` with and without the learned preferences. */
export interface ListComparison {
  own: Recommendation[];
  /** The list of a shopper without a profile. */
  without: Recommendation[];
}

/** Why an item has its place in `for-you`. */
export interface ItemInspection extends Pick<Explanation, 'item' | 'score' | 'source' | 'reason'> {
  /** Place by score among all items that the list may contain, from 1; null if it may not contain this item. */
  place: number | null;
  /** Number of items that the list may contain. */
  of: number;
  /** The parts of the score, which add up to it, the largest first. */
  parts: ScorePart[];
  /**
   * Up to 8 past items that contribute, the largest first, and the place that the item would have without that choice, as
   * far as similarity, categories and numbers go; what the experts learned from the choice still counts.
   */
  items: { item: Item; part: number; place: number | null }[];
}

/** The profile on this device. */
export interface DeviceReport {
  /** Its size as a file, bytes. */
  profile: number;
  /** Whether profile and log are in memory only. */
  inMemory: boolean;
}
