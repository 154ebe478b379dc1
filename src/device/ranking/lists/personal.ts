import type { CatalogIndex } from '../catalog-index';
import { reasonsFor } from '../explanation/reason-kind';
import type { ReasonKind } from '../explanation/reason-text';
import type { RankState } from '../rank-state';
import { scores, termContributions } from '../score';
import { PERSONAL_TERMS, termValues } from '../terms/terms';
import { commonReason } from './common';
import type { Scored } from './scored';

/** The sum of all terms for one shopper. */
export function personalList(index: CatalogIndex, state: RankState, holds: (row: number) => boolean): Scored {
  const values = state.terms ?? termValues(index, state);
  const contributions = (row: number) => termContributions(values, state.weights, row);
  const isPersonal = (row: number): boolean => {
    const terms = contributions(row);
    return PERSONAL_TERMS.reduce((sum, name) => sum + (terms[name] ?? 0), 0) > (terms.popularity ?? 0);
  };
  // If the personal terms contribute less than popularity, the item keeps its source for every shopper.
  const common = commonReason(index);
  const reasonOf = reasonsFor(index, state);
  return {
    score: scores(values, state.weights),
    holds,
    contributions,
    source: (row) => (isPersonal(row) ? 'personal' : common.source(row)),
    reasonKind: (row) => (isPersonal(row) ? reasonOf(row, contributions(row)) : common.reasonKind(row)),
    breakdown: (row, ofTerms) => ofTerms(index, state, row, contributions(row)),
  };
}

/**
 * A list of the shopper's own items, which has no fallback.
 * @param contributions by row, the named contributions that add up to an item's score
 * @param kind why they are in the list
 */
export function ownList(
  index: CatalogIndex,
  contributions: ReadonlyMap<number, Record<string, number>>,
  kind: 'seen' | 'again',
  holds: (row: number) => boolean,
): Scored {
  const of = (row: number): Record<string, number> => contributions.get(row) ?? {};
  const reason: ReasonKind = { kind };
  return {
    score: Float32Array.from(index.items, (_, row) => Object.values(of(row)).reduce((sum, part) => sum + part, 0)),
    holds: (row) => contributions.has(row) && holds(row),
    contributions: of,
    source: () => 'personal',
    reasonKind: () => reason,
    breakdown: (row) => ({ contributions: of(row), contributors: new Map() }),
  };
}

/** Recency of the items that the shopper looked at, by row. */
export function recency(rows: readonly number[]): Map<number, Record<string, number>> {
  const newestFirst = [...new Set(rows.toReversed())];
  return new Map(newestFirst.map((row, at) => [row, { recency: newestFirst.length - at }]));
}
