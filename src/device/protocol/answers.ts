import type { Item } from '../../core/catalog';
import type { Placement, PriceRange, Source } from '../ranking';

/** One item of a list. */
export interface Recommendation {
  item: Item;
  /** Higher is better; comparable only inside one response. Pins, cap, diversity and `fresh` change the order, not the score. */
  score: number;
  source: Source;
  /** The named parts of the score, which add up to it. */
  contributions: Record<string, number>;
  /** One sentence for the shopper: `Because you looked at "Red apple"`. Empty where nothing is known: of source `catalog`. */
  reason: string;
  /**
   * The lowest and the highest price among the variants of the item's product that are not sold out, where the list shows one
   * of them and their prices differ. Where `item.price` is the lowest, it is a price "from".
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
   * The parts of the score, which add up to it. `text` and `image` are similarity to the items chosen (or in view), the
   * others are terms and rules by name: `popularity`, `experts`, `boughtTogether`, `boost` …
   */
  contributions: Record<string, number>;
  /** Items chosen before (or in view) that contribute to the score, the largest contribution first, at most 8. */
  contributors: { item: Item; part: number }[];
  /**
   * What each of the shopper's experts brings of the contribution `preference`, the largest first; they add up to it. Empty
   * where it is not part of the score.
   */
  experts: ExpertContribution[];
  /** One sentence for the shopper, in the language of the request; empty where nothing is known. */
  reason: string;
}

/** What one of the shopper's experts adds to the score of an item. */
export interface ExpertContribution extends Pick<ExpertStatus, 'id' | 'state'> {
  contribution: number;
  /**
   * The last choices that it learned from, the newest first, at most 20; `time` in milliseconds since the epoch, null where it
   * is not known.
   */
  choices: { item: Item; time: number | null }[];
}

/** One of the shopper's experts, which have learned what they like from different choices. */
export interface ExpertStatus {
  /** Never used again for another expert of this profile. */
  id: number;
  /**
   * `generalist`: learns every choice. `active`: the most probable of the others that are kept, where it is more probable
   * than the generalist; it learns too. `frozen`: kept as it is until it is the most probable one again. `candidate`: on
   * trial for 10 choices.
   */
  state: 'generalist' | 'active' | 'frozen' | 'candidate';
  /** Milliseconds since the epoch; null where it is not known: before the first choice, and in profiles of 0.1. */
  born: number | null;
  /** Choices that it has learned. */
  choices: number;
  /** Its part in the next list, 0 to 1: what all experts say is added up by these, which add up to 1. */
  share: number;
  /** Probability after the last choice that the shopper chooses as it expects, 0 to 1; all add up to 1. */
  posterior: number;
  /** The same after each of the last choices, at most 200, oldest first. */
  history: number[];
}

/** A snapshot of the profile, made when a window of the shopper's events ended. */
export interface Snapshot {
  id: number;
  /** Milliseconds since the epoch. */
  time: number;
  /** Choices learned from up to then. */
  choices: number;
  /** Windows closed up to then. */
  windows: number;
}
