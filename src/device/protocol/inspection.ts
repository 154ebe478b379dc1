import type { Item } from '../../core/catalog';
import type { ScorePart } from '../ranking';
import type { Explanation } from './lists';
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
}

/** Arguments of each question of `status.inspect()`. */
export interface InspectionSubjects {
  profile: [];
  /** `Snapshot.id`. */
  snapshot: [id: number];
  /** Id of an item. */
  item: [id: string];
}

/** The learned preferences, their sources and their times, in milliseconds since the epoch. */
export interface Inspection {
  /** Up to 12 past choices by their part in the first 20 items of `for-you`, largest first; the parts sum to 1 or less. */
  products: { item: Item; part: number }[];
  /** Up to 8 categories of the last 8 choices, the largest share first. */
  categories: { name: string; share: number }[];
  /** The experts, as in the status. */
  experts: InspectedExpert[];
}

/** An expert, with the choices that it learned from. */
export interface InspectedExpert extends ExpertStatus {
  /** The last 64 choices that it learned from, newest first; `time` is null if unknown. */
  from: { item: Item; time: number | null }[];
}

/** How many of the first 20 items of `for-you` would change after a rollback to a snapshot. */
export interface ListChange {
  added: number;
  left: number;
  moved: number;
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
