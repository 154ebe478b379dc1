import type { CatalogIndex } from '../catalog-index';
import { reasonKindOf } from '../explanation/reason-kind';
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
  return {
    score: scores(values, state.weights),
    holds,
    contributions,
    source: (row) => (isPersonal(row) ? 'personal' : common.source(row)),
    reasonKind: (row) =>
      isPersonal(row) ? reasonKindOf(index, state, row, contributions(row)) : common.reasonKind(row),
    breakdown: (row, ofTerms) => ofTerms(index, state, row, contributions(row)),
  };
}
