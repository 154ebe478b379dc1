import type { ShopperRecord } from '../events';
import type { TermWeights } from './score';
import type { TermSources, TermValues } from './terms/terms';

/** What the ranking knows of the shopper. An empty taste gives the same list to everybody. */
export interface RankState extends TermSources {
  weights: TermWeights;
  /** Values of the terms for just this state, where somebody keeps them; computed otherwise. */
  terms?: TermValues;
  /** What the rules go by. Default: nothing is known. */
  record?: ShopperRecord;
}
