import type { CatalogueIndex } from '../catalog-index';
import { attributed } from '../explanation/contributions';
import { groundOf } from '../explanation/reason-kind';
import type { RankState } from '../rank-state';
import { scoreParts, scores } from '../score';
import { PERSONAL_TERMS, termValues } from '../terms/terms';
import { commonGround } from './common';
import type { Scored } from './scored';

/** The sum of all terms for one shopper. */
export function personalList(index: CatalogueIndex, state: RankState, holds: (row: number) => boolean): Scored {
  const values = state.terms ?? termValues(index, state);
  const parts = (row: number) => scoreParts(values, state.weights, row);
  const isPersonal = (row: number): boolean => {
    const terms = parts(row);
    return PERSONAL_TERMS.reduce((sum, name) => sum + (terms[name] ?? 0), 0) > (terms.popularity ?? 0);
  };
  // What the shopper's taste does not speak for is there as it is for everybody.
  const common = commonGround(index);
  return {
    score: scores(values, state.weights),
    holds,
    parts,
    source: (row) => (isPersonal(row) ? 'personal' : common.source(row)),
    ground: (row) => (isPersonal(row) ? groundOf(index, state.taste, row, parts(row)) : common.ground(row)),
    attribution: (row) => attributed(index, state, row, parts(row)),
  };
}
