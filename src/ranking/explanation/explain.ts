import type { CatalogueIndex } from '../catalog-index';
import type { Source } from '../placement';
import { judged, type RankRequest } from '../rank';
import type { RankState } from '../rank-state';
import { sentence } from './reason-text';

/** Why an item has the score that it has in a list. */
export interface RowExplanation {
  score: number;
  source: Source;
  /** Named parts that add up to the score; content is told by modality. */
  parts: Record<string, number>;
  /** Items that brought a part of the score, the largest first. */
  because: { row: number; part: number }[];
  sentence: string;
}

/** Items that an explanation names at most. */
const MOST_NAMED = 8;

/** Explains one item as the list of a request would show it, whether it has a place there or not. */
export function explain(index: CatalogueIndex, state: RankState, request: RankRequest, row: number): RowExplanation {
  const { scored } = judged(index, state, request);
  const { parts, because } = scored.attribution(row);
  return {
    score: scored.score[row],
    source: scored.source(row),
    parts,
    because: [...because]
      .map(([other, part]) => ({ row: other, part }))
      .filter(({ part }) => part !== 0)
      .sort((a, b) => b.part - a.part || a.row - b.row)
      .slice(0, MOST_NAMED),
    sentence: sentence(scored.ground(row), request.lang),
  };
}
