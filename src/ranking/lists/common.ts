import type { CatalogueIndex } from '../catalogue-index';
import type { Scored } from './scored';

/** What many choose, the same for everybody; the order of the catalogue where nobody knows. */
export function commonList(index: CatalogueIndex, holds: (row: number) => boolean): Scored {
  const score = index.logPopularity;
  const parts = (row: number): Record<string, number> => (score[row] === 0 ? {} : { popularity: score[row] });
  return {
    score,
    holds,
    parts,
    source: () => (index.hasPopularity ? 'popularity' : 'catalogue'),
    ground: () => ({ kind: index.hasPopularity ? 'popular' : 'catalogue' }),
    attribution: (row) => ({ parts: parts(row), because: new Map() }),
  };
}
