import type { Item } from '../../core/catalog';
import type { ExpertState, Placement, PriceRange, Source } from '../ranking';

/** One item of a list. */
export interface Recommendation {
  item: Item;
  /**
   * Higher is better; comparable only within one response. Pins, cap, diversity and `fresh` change the order, not the score.
   */
  score: number;
  source: Source;
  /** The named parts of the score, which add up to it. */
  contributions: Record<string, number>;
  /**
   * One sentence for the shopper: `Because you looked at "Red apple"`. Empty for the source `catalog`, which has no reason.
   */
  reason: string;
  /**
   * The lowest and the highest price among the available variants of the item's product, if the list shows one variant for
   * the product and the prices differ. If `item.price` is the lowest, it is a "from" price.
   */
  prices?: PriceRange;
  /** 0-based. */
  position: number;
}

/** Explanation of an item's score. */
export interface Explanation {
  item: Item;
  placement: Placement;
  score: number;
  source: Source;
  /**
   * The parts of the score, which add up to it. `text` and `image` are the similarities to the items chosen (or in view);
   * the other parts are terms and rules by name: `popularity`, `experts`, `boughtTogether`, `boost` …
   */
  contributions: Record<string, number>;
  /** Up to 8 items chosen before (or in view) that contribute to the score, the largest contribution first. */
  contributors: { item: Item; part: number }[];
  /**
   * The contribution of each of the shopper's experts to `preference`, the largest first; they add up to it. Empty if
   * `preference` is not part of the score.
   */
  experts: ExpertContribution[];
  /** One sentence for the shopper, in the language of the request; empty without a reason. */
  reason: string;
}

/** The contribution of one of the shopper's experts to an item's score. */
export interface ExpertContribution extends Pick<ExpertStatus, 'id' | 'state'> {
  contribution: number;
  /**
   * The last 20 choices that it learned from, newest first; `time` in milliseconds since the epoch, null if unknown.
   */
  choices: { item: Item; time: number | null }[];
}

/** One of the shopper's experts. Each has learned preferences from different choices. */
export interface ExpertStatus {
  /** Never reused for another expert of this profile. */
  id: number;
  state: ExpertState;
  /** Milliseconds since the epoch; null if unknown: before the first choice, and in profiles of version 0.1. */
  born: number | null;
  /** Number of choices that it has learned. */
  choices: number;
  /** Its weight in the next list, 0 to 1: the experts' scores are summed with these weights, which add up to 1. */
  share: number;
  /** Probability, after the last choice, that the shopper chooses as this expert predicts, 0 to 1; all add up to 1. */
  posterior: number;
  /** The posterior after each of the last 200 choices, oldest first. */
  history: number[];
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
