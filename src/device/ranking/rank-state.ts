import type { ShopperRecord } from '../../core/events';
import type { ExpertState } from './expert-state';
import type { TermWeights } from './score';
import type { TermSources, TermValues } from './terms/terms';

interface PastChoice {
  row: number;
  /** Milliseconds since the epoch; null if unknown. */
  time: number | null;
}

/** Contribution of one of the shopper's experts to the term `preference` of an item. */
export interface ExpertPart {
  /** Id and state as in the status of the recommender. */
  id: number;
  state: ExpertState;
  contribution: number;
  /** The last choices that it learned from, oldest first. */
  choices: readonly PastChoice[];
}

/** The shopper state that the ranking reads. With an empty history every shopper gets the same list. */
export interface RankState extends TermSources {
  weights: TermWeights;
  /** Cached values of the terms for exactly this state; computed if absent. */
  terms?: TermValues;
  /** Shopper state that the rules read. Default: empty. */
  record?: ShopperRecord;
  /** Each expert's contribution to an item; they add up to the value of `preference`. Default: unknown. */
  expertParts?: (row: number) => ExpertPart[];
}
