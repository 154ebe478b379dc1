import type { CatalogIndex } from '../catalog-index';
import type { Source } from '../placement';
import { type RankRequest, scoreAll } from '../rank';
import type { ExpertPart, RankState } from '../rank-state';
import { reasonText } from './reason-text';
import { scoreBreakdown } from './score-breakdown';

/** Why an item has its score in a list. */
export interface RowExplanation {
  score: number;
  source: Source;
  /** Named contributions that add up to the score; content similarity is split by modality (`text`, `image`). */
  contributions: Record<string, number>;
  /** Items that contributed to the score, the largest contribution first. */
  contributors: { row: number; part: number }[];
  /** What each of the shopper's experts brings of the contribution `preference`, the largest first; they add up to it. */
  experts: ExpertPart[];
  reason: string;
}

/** Maximum number of contributors in an explanation. */
const MAX_CONTRIBUTORS = 8;

/** Explains one item as the list of a request would show it, whether it is in that list or not. */
export function explain(index: CatalogIndex, state: RankState, request: RankRequest, row: number): RowExplanation {
  const { scored } = scoreAll(index, state, request);
  const { contributions, contributors, experts = [] } = scored.breakdown(row, scoreBreakdown);
  return {
    score: scored.score[row],
    source: scored.source(row),
    contributions,
    contributors: [...contributors]
      .map(([contributor, part]) => ({ row: contributor, part }))
      .filter(({ part }) => part !== 0)
      .sort((a, b) => b.part - a.part || a.row - b.row)
      .slice(0, MAX_CONTRIBUTORS),
    experts: experts.toSorted((a, b) => b.contribution - a.contribution),
    reason: reasonText(scored.reasonKind(row), request),
  };
}
