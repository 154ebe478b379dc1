import type { ShopperRecord } from '../events';
import type { TermWeights } from './score';
import type { TermSources, TermValues } from './terms/terms';

/** What the ranking reads of the shopper. With an empty history every shopper gets the same list. */
export interface RankState extends TermSources {
  weights: TermWeights;
  /** Cached values of the terms for exactly this state; computed where they are absent. */
  terms?: TermValues;
  /** Shopper state that the rules read. Default: nothing is known. */
  record?: ShopperRecord;
}
