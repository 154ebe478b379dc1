import type { ShopperRecord } from '../../core/events';
import type { CatalogIndex } from './catalog-index';
import type { ReasonKind } from './explanation/reason-text';
import type { Source } from './placement';
import type { TermWeights } from './score';
import type { TermSources, TermValues } from './terms/terms';

/**
 * Present role of one of the shopper's experts. `generalist`: learns every choice. `active`: the most probable of the other kept
 * experts, if it is more probable than the generalist; it learns too. `frozen`: unchanged until it becomes the most probable one
 * again. `candidate`: on trial for 10 choices.
 */
export type ExpertState = 'generalist' | 'active' | 'frozen' | 'candidate';

/** Contribution of one of the shopper's experts to the term `preference` of an item. */
export interface ExpertPart {
  /** Id and state as in the status of the recommender. */
  id: number;
  state: ExpertState;
  contribution: number;
  /** The last choices that it learned from, oldest first. */
  choices: readonly { row: number; time: number | null }[];
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

export interface Scored {
  /** One per item of the catalogue; higher is better. */
  score: Float32Array;
  holds(row: number): boolean;
  /** Named contributions to an item's score, which add up to it; zero ones are left out. */
  contributions(row: number): Record<string, number>;
  source(row: number): Source;
  reasonKind(row: number): ReasonKind;
  /** Contribution to an item's score of each other item that the shopper chose or has in view, by row. Default: of none. */
  contributors?(row: number): ReadonlyMap<number, number>;
  /** Whether the score is the sum of a shopper's terms, besides named parts of rules and hints. Default false. */
  ofTerms?: true;
  /** Values of an item that no other item of the list may have; absent if items may have the same. */
  distinct?(row: number): readonly string[];
}

/** A list with further parts of the scores. @param partsOf an item, by name */
export const withParts = (list: Scored, partsOf: (row: number) => Record<string, number>): Scored => ({
  ...list,
  score: list.score.map((value, row) => Object.values(partsOf(row)).reduce((sum, part) => sum + part, value)),
  contributions: (row) => ({ ...list.contributions(row), ...partsOf(row) }),
});

/** The list of the items in view for a placement, before the rules; null if nothing is known of them. */
export type ListInView = (
  index: CatalogIndex,
  holds: (row: number) => boolean,
  placement: 'complement' | 'similar',
) => Scored | null;
